"""Writes the goldens of lenses: pictures straightened by OpenCV (opencv-python-headless 5.0.0, numpy), and their manifest entries.

Run in test/golden: python3 lenses.py. The entries go to manifest.json, one per line.
"""
import json

import cv2
import numpy as np

CAMERA = {"fx": 61.5, "fy": 58.25, "cx": 31.25, "cy": 21.5}
NEW_CAMERA = {"fx": 50, "fy": 52, "cx": 36, "cy": 22}
# In OpenCV's order: k1, k2, p1, p2, k3, k4, k5, k6; and of a fisheye's k1, k2, k3, k4.
BROWN = [-0.31, 0.12, 0.003, -0.004, -0.02]
RATIONAL = [0.4, -0.1, -0.002, 0.001, 0.02, 0.5, 0.1, 0.01]
FISHEYE = [0.05, -0.01, 0.004, 0.001]


def matrix(camera):
    return np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]], np.float64)


def straightened(picture, model, coefficients, new_camera):
    height, width = picture.shape[:2]
    make = cv2.fisheye.initUndistortRectifyMap if model == "fisheye" else cv2.initUndistortRectifyMap
    maps = make(matrix(CAMERA), np.array(coefficients), np.eye(3), matrix(new_camera), (width, height), cv2.CV_32FC1)
    return cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(7, 11, 13))


def main():
    for height, width in ((48, 64), (53, 37)):
        name = f"rgb_{height}x{width}"
        picture = np.fromfile(f"data/{name}.bin", np.uint8).reshape(height, width, 3).astype(np.float32)
        for model, coefficients, new_camera in (
            ("brown", BROWN, CAMERA),
            ("rational", RATIONAL, NEW_CAMERA),
            ("fisheye", FISHEYE, NEW_CAMERA),
        ):
            case = f"cv_undistort_{model}_{name}"
            straightened(picture, model, coefficients, new_camera).astype("<f4").tofile(f"data/{case}.bin")
            entry = {
                "id": case,
                "producer": f"opencv {cv2.__version__}",
                "op": "fisheye undistort" if model == "fisheye" else "undistort",
                "params": {"filter": "linear", "border": "constant", "value": [7, 11, 13], "camera": CAMERA,
                           "newCamera": new_camera, "coefficients": coefficients},
                "input": {"file": f"{name}.bin", "dtype": "f32", "layout": "NHWC"},
                "output": {"file": f"{case}.bin", "dtype": "f32", "layout": "NHWC", "width": width, "height": height},
            }
            print(json.dumps(entry) + ",")


main()
