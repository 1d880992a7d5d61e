"""What a printed module does beside computing the right bytes. FOLDER is in CUWEAVE_BUILD; run by test/python/python.test.ts."""

import ast
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy as np

FOLDER = pathlib.Path(os.environ["CUWEAVE_BUILD"])
sys.path.insert(0, str(FOLDER))
import pipelines  # noqa: E402

BT709 = ("bt709", "limited")
IDENTITY = {"dstToSrc": [1, 0, 0, 0, 1, 0]}
TWIST = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
CALL = {"from_": IDENTITY, "twist": TWIST}


def random(shape, dtype=np.uint8, seed=1):
    made = np.random.default_rng(seed).random(shape) * 255
    return made.astype(dtype)


def run(code, **env):
    """What a program of its own prints."""
    program = f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, **env})
    return done.stdout.strip() + (f" [{done.returncode}] {done.stderr[-400:]}" if done.returncode else "")


class Module(unittest.TestCase):
    def test_is_python_of_3_9_and_the_standard_library_alone(self):
        files = [FOLDER / "pipelines.py", FOLDER / "pipelines.pyi", *(FOLDER / "_cuweave").glob("*.py")]
        self.assertGreater(len(files), 10)
        lazy = {"numpy", "torch", "cupy", "jax"}
        for file in files:
            tree = ast.parse(file.read_text(), feature_version=(3, 9))
            for node in tree.body:
                # What torch traces with is imported when it traces.
                if isinstance(node, ast.Import) and file.name != "compiled.py":
                    self.assertFalse(lazy & {name.name for name in node.names}, file)

    def test_importing_opens_nothing(self):
        code = (
            "import ctypes; opened = []; real = ctypes.CDLL.__init__\n"
            "ctypes.CDLL.__init__ = lambda self, name, *a, **k: (opened.append(name), real(self, name, *a, **k))[1]\n"
            "import pipelines; print([name for name in opened if name], 'numpy' in sys.modules, 'torch' in sys.modules)"
        )
        self.assertEqual(run(code), "[] False False")

    def test_says_what_it_takes(self):
        warped = pipelines.warped
        self.assertEqual(warped.name, "warped")
        self.assertEqual(warped.source, "rgb8")
        self.assertEqual(list(warped.options), ["from", "twist"])
        self.assertEqual(warped.options["from"].per, "image")
        self.assertEqual(warped.settled["warpAffine.width"], 0)
        self.assertEqual(pipelines.several.results, ("full", "planes", "small"))
        self.assertIn("nv12 > yuvToRgb", repr(pipelines.several))
        with self.assertRaises(TypeError):
            warped.options["from"] = 1

    def test_sizes_are_known_before_a_call(self):
        self.assertEqual(pipelines.tensor.output_size(64, 48, width=12, height=10), (12, 10))
        self.assertEqual(pipelines.several.output_size(6, 4).small.width, 9)
        self.assertEqual(pipelines.warped.output_size(640, 480), (640, 480))
        rect = {"x": 1, "y": 0, "width": 5, "height": 4}
        self.assertEqual(pipelines.toned.output_size(9, 9, rect=rect).height, 4)
        with self.assertRaisesRegex(pipelines.ArgumentError, r"a value for options\.rect but received none"):
            pipelines.toned.output_size(9, 9)
        with self.assertRaisesRegex(pipelines.ArgumentError, r"whole number from 1 to 65535 for height"):
            pipelines.toned.output_size(9, 0, rect=rect)

    def test_an_option_may_have_the_name_of_a_word_of_python(self):
        image = random((5, 4, 3))
        self.assertTrue((pipelines.warped(image, **{"from": IDENTITY, "twist": TWIST}) == image).all())
        self.assertTrue((pipelines.warped(image, **CALL) == image).all())


class Arrays(unittest.TestCase):
    def setUp(self):
        self.image = random((11, 8, 3))

    def test_results_have_an_axis_for_images_where_the_input_has_one(self):
        self.assertEqual(pipelines.warped(self.image, **CALL).shape, (11, 8, 3))
        self.assertEqual(pipelines.warped([self.image], **CALL).shape, (1, 11, 8, 3))
        self.assertEqual(pipelines.warped(self.image[None], **CALL).shape, (1, 11, 8, 3))
        self.assertEqual(pipelines.warped(self.image, from_=[IDENTITY] * 2, twist=TWIST).shape, (2, 11, 8, 3))
        y, uv = random((6, 4)), random((3, 2, 2))
        full, planes, small = pipelines.several((y, uv), colour=BT709)
        self.assertEqual((full.shape, planes.y.shape, planes.uv.shape), ((3, 6, 4), (6, 4), (3, 2, 2)))
        self.assertEqual(small.shape, (7, 9, 3))
        many = pipelines.several((np.stack([y] * 3), np.stack([uv] * 3)), colour=BT709)
        self.assertEqual((many.planes.uv.shape, many.small.shape), ((3, 3, 2, 2), (3, 7, 9, 3)))

    def test_strided_views_need_no_copy(self):
        wide = random((2, 30, 40, 3))
        view = wide[1, 3:20, 5:30]
        self.assertTrue((pipelines.warped(view, **CALL) == view).all())
        every = random((6, 9, 8, 3))[::-2]
        self.assertTrue((pipelines.warped(every, **CALL) == every).all())
        planes = random((9, 8, 3), np.float32).transpose(2, 0, 1)
        with self.assertRaisesRegex(
            pipelines.ArgumentError, r"dense rows .* for input\.strides but received \[1, 24, 3\]"
        ):
            pipelines.light(planes)

    def test_planes_come_as_decoders_hand_them_out(self):
        y, uv = random((6, 8)), random((3, 4, 2))
        call = {"width": 8, "height": 6, "colour": BT709}
        wanted = pipelines.tensor((y, uv), **call)
        for given in (
            (y, uv.reshape(3, 8)),
            (y[..., None], uv),
            np.concatenate([y, uv.reshape(3, 8)]),
            (memoryview_array(y), memoryview_array(uv)),
        ):
            self.assertTrue((pipelines.tensor(given, **call) == wanted).all())
        i420 = np.concatenate([y.ravel(), random(12), random(12, seed=2)]).reshape(9, 8)
        u, v = i420.ravel()[48:60].reshape(3, 4), i420.ravel()[60:].reshape(3, 4)
        matrix = IDENTITY
        self.assertTrue((pipelines.twice(i420, matrix=matrix) == pipelines.twice((y, u, v), matrix=matrix)).all())
        yuyv = random((4, 6, 2))
        self.assertTrue((pipelines.packed(yuyv) == pipelines.packed((yuyv.reshape(4, 3, 4),))).all())

    def test_images_beside_the_source_have_colours_of_their_own(self):
        y, uv = np.full((11, 8), 16, np.uint8), np.full((6, 4, 2), 128, np.uint8)
        call = {"background": (y, uv), "mask": np.zeros((11, 8), np.uint8)}
        made = pipelines.overVideo(self.image, background_colour=BT709, **call)
        self.assertTrue((made == 0).all())
        made = pipelines.overVideo(self.image, background_colour={"matrix": "bt601", "range": "full"}, **call)
        self.assertTrue((made == 16).all())
        with self.assertRaisesRegex(pipelines.ArgumentError, "an image that says its colours"):
            pipelines.overVideo(self.image, **call)
        with self.assertRaisesRegex(pipelines.ArgumentError, r"for background_colour but received 'bt709'"):
            pipelines.overVideo(self.image, background_colour="bt709", **call)

    def test_out_is_filled_and_given_back(self):
        out = np.zeros((16, 11, 8, 3), np.uint8)
        part = out[2:4]
        other = random((11, 8, 3), seed=2)
        self.assertIs(pipelines.warped([self.image, other], out=part, **CALL), part)
        self.assertTrue((out[2] == self.image).all() and (out[3] == other).all())
        self.assertFalse(out[:2].any() or out[4:].any())
        apart = [np.empty_like(self.image), np.empty_like(self.image)]
        pipelines.warped([self.image] * 2, out=apart, **CALL)
        self.assertTrue((apart[1] == self.image).all())
        y, uv = random((6, 4)), random((3, 2, 2))
        made = pipelines.several((y, uv), colour=BT709)
        given = type(made)(
            *(type(one)(*map(np.empty_like, one)) if isinstance(one, tuple) else np.empty_like(one) for one in made)
        )
        self.assertIs(pipelines.several((y, uv), colour=BT709, out=given), given)
        self.assertTrue((given.planes.uv == made.planes.uv).all() and (given.small == made.small).all())

    def test_other_arrays_of_the_same_shapes_take_the_short_way(self):
        out = np.empty((11, 8, 3), np.uint8)
        for seed in range(5):
            image = random((11, 8, 3), seed=seed)
            pipelines.warped(image, out=out, **CALL)
            self.assertTrue((out == image).all())
            pipelines.warped([image, image], **CALL)
        before = len(pipelines.warped._plans)
        for n in range(100):
            shift = {"dstToSrc": [1, 0, n, 0, 1, 0]}
            made = pipelines.warped(self.image, from_=shift, twist=TWIST)
            self.assertTrue((made[:, : max(0, 8 - n)] == self.image[:, n:]).all())
            self.assertEqual(len(pipelines.warped._plans), min(64, before + 1 + n))

    def test_a_zero_with_a_sign_is_another_number(self):
        zeros = np.zeros((2, 2, 3), np.uint8)
        rect = {"x": 0, "y": 0, "width": 2, "height": 2}
        for offset in (0.0, -0.0):
            made = pipelines.toned(zeros, rect=rect, exponent=1, scale=-0.0, offset=offset, areas=[])
            self.assertTrue((np.signbit(made) == (offset == 0 and np.signbit(offset))).all(), offset)

    def test_dlpack_and_array_interfaces(self):
        class Dlpack:
            def __init__(self, array):
                self.array = array

            def __dlpack__(self, stream=None):
                return self.array.__dlpack__()

            def __dlpack_device__(self):
                return self.array.__dlpack_device__()

        out = np.empty_like(self.image)
        self.assertIs(pipelines.warped(Dlpack(self.image), out=out, **CALL), out)
        self.assertTrue((out == self.image).all())
        with self.assertRaisesRegex(pipelines.ArgumentError, "memory for the results for out"):
            pipelines.warped(Dlpack(self.image), **CALL)
        self.assertTrue((pipelines.warped(memoryview_array(self.image), **CALL) == self.image).all())

    def test_refuses_what_would_be_written_wrongly(self):
        image, wrong = self.image, pipelines.ArgumentError
        frozen = np.empty_like(image)
        frozen.flags.writeable = False
        huge = np.zeros((3, 11, 8, 3), np.uint8)
        crowd = np.lib.stride_tricks.as_strided(huge, (2, 11, 8, 3), (24, 24, 3, 1))
        bytes_ = np.zeros(4 * 4 * 3 * 4 + 1, np.uint8)[1:].view(np.float32).reshape(3, 4, 4)
        cases = (
            (r"may be written for out but received one that is read-only", dict(out=frozen)),
            (r"Expected 8×11 for the size of out but received 7×11", dict(out=np.empty((11, 7, 3), np.uint8))),
            (r"Expected uint8 for out\.dtype but received float32", dict(out=np.empty((11, 8, 3), np.float32))),
            (r"memory apart from the input for out but received some of the same memory", dict(out=image)),
            (r"memory apart from its other images for out", dict(out=crowd, input=[image] * 2)),
            (r"memory apart from its other images for out", dict(out=[huge[0], huge[0]], input=[image] * 2)),
            (r"Expected 1 \(as many as input\) for the number of outputs but received 2", dict(out=huge[:2])),
            (
                r"Expected 3 \(the channels of rgb8\) for input\.shape\[2\] but received 4",
                dict(input=random((4, 4, 4))),
            ),
            (r"Expected 1 to 65535 images for input but received 0", dict(input=[])),
            (r"Expected sizes of 1 to 65535 for input\.shape but received \[0, 8, 3\]", dict(input=image[:0])),
            (r"list of images for input but received \{ a \}", dict(input={"a": 1})),
            (r"Expected no stream for stream but received 5\. The arrays are in host memory", dict(stream=5)),
        )
        for text, given in cases:
            with self.subTest(text), self.assertRaisesRegex(wrong, text):
                pipelines.warped(given.pop("input", image), **CALL, **given)
        with self.assertRaisesRegex(wrong, r"an address that is a multiple of 4 for input but received"):
            pipelines.projected(bytes_, matrix={"dstToSrc": [1, 0, 0, 0, 1, 0, 0, 0, 1]})
        y = random((6, 4))
        with self.assertRaisesRegex(
            wrong, r"planes that belong together \(y \[height, width\], uv \[height / 2, width / 2, 2\]\)"
        ):
            pipelines.several((y, y), colour=BT709)
        with self.assertRaisesRegex(wrong, r"Expected \{ full, planes, small \} for out but received none for planes"):
            pipelines.several((y, random((3, 2, 2))), colour=BT709, out={"full": y})
        with self.assertRaisesRegex(wrong, r"a list of 2 \(one per image\) for colour but received a list of 1"):
            pipelines.several([(y, random((3, 2, 2)))] * 2, colour=[BT709])


@unittest.skipUnless(importlib.util.find_spec("torch"), "no torch here")
class Torch(unittest.TestCase):
    def setUp(self):
        import torch

        self.torch = torch
        self.image = torch.from_numpy(random((11, 8, 3)))

    def test_bfloat16(self):
        torch = self.torch
        image = (torch.rand(3, 5, 4) * 255).to(torch.bfloat16)
        made = pipelines.upper(image)
        self.assertEqual((made.dtype, tuple(made.shape)), (torch.bfloat16, (5, 4, 3)))
        self.assertTrue(torch.equal(made, (image.float() * 3 + 1).to(torch.bfloat16).movedim(0, 2)))

    def test_tensors_give_tensors(self):
        torch, image = self.torch, self.image
        made = pipelines.warped([image, image], **CALL)
        self.assertIs(type(made), torch.Tensor)
        self.assertTrue(torch.equal(made, torch.stack([image, image])))
        y, uv = torch.from_numpy(random((6, 8))), torch.from_numpy(random((3, 4, 2)))
        half = pipelines.tensor((y, uv), width=5, height=4, colour=BT709)
        self.assertEqual((half.dtype, tuple(half.shape)), (torch.float16, (3, 4, 5)))
        wanted = pipelines.tensor((y.numpy(), uv.numpy()), width=5, height=4, colour=BT709)
        self.assertTrue((half.numpy() == wanted).all())
        out = torch.empty(2, 11, 8, 3, dtype=torch.uint8)
        self.assertIs(pipelines.warped([image, image.clone()], out=out, **CALL), out)
        self.assertTrue(torch.equal(out[1], image))

    def test_views_and_parameters_of_a_model(self):
        torch = self.torch
        wide = torch.from_numpy(random((20, 30, 3)))[3:14, 5:13]
        self.assertTrue(torch.equal(pipelines.warped(wide, **CALL), wide))
        weight = torch.nn.Parameter(torch.rand(3, 6, 5))
        made = pipelines.projected(weight, matrix={"dstToSrc": torch.eye(3)})
        self.assertTrue(torch.equal(made, weight.data))
        self.assertFalse(made.requires_grad)

    def test_refuses_other_tensors(self):
        torch = self.torch
        with self.assertRaisesRegex(
            pipelines.ArgumentError, r"Expected uint8 for input\.dtype but received torch\.int64"
        ):
            pipelines.warped(self.image.long(), **CALL)
        with self.assertRaisesRegex(
            pipelines.ArgumentError, "tensor on the CPU or a CUDA device for input but received one on meta"
        ):
            pipelines.warped(self.image.to("meta"), **CALL)
        with self.assertRaisesRegex(pipelines.ArgumentError, "dense rows"):
            pipelines.warped(torch.rand(3, 8, 9).byte().permute(1, 2, 0), **CALL)


@unittest.skipUnless(importlib.util.find_spec("torch"), "no torch here")
class Compiled(unittest.TestCase):
    def setUp(self):
        import torch

        if not hasattr(torch.library, "custom_op"):
            self.skipTest("a torch without torch.library.custom_op")
        self.torch = torch

    def same(self, function, *inputs):
        torch = self.torch
        torch._dynamo.reset()
        found = torch.compile(function, fullgraph=True, backend="aot_eager")(*inputs)
        wanted = function(*inputs)
        pairs = [(found, wanted)] if isinstance(found, torch.Tensor) else zip(found, wanted)
        self.assertTrue(all(torch.equal(a, b) for a, b in pairs))

    def test_a_call_is_one_node_of_a_graph(self):
        torch = self.torch
        image, batch = torch.from_numpy(random((11, 8, 3))), torch.from_numpy(random((2, 11, 8, 3)))
        y, uv = torch.from_numpy(random((6, 4))), torch.from_numpy(random((3, 2, 2)))
        mask = torch.from_numpy(random((11, 8)))
        self.same(lambda x: pipelines.warped(x, **CALL).float() * 2, batch)
        self.same(lambda x: pipelines.warped([x, x], **CALL), image)
        self.same(lambda x, m: pipelines.over([x, x], background=x.flip(0).contiguous(), mask=m), image, mask)

        def several(y, uv):
            made = pipelines.several((y, uv), colour=BT709)
            return made.full + 1, made.planes.uv, made.small

        self.same(several, y, uv)

        def into(x):
            out = torch.empty_like(x)
            return pipelines.warped(x, out=out, **CALL) + 1

        self.same(into, batch)

    def test_is_exported(self):
        torch = self.torch
        batch = torch.from_numpy(random((2, 11, 8, 3)))

        class Model(torch.nn.Module):
            def forward(self, x):
                return pipelines.warped(x, **CALL).float()

        exported = torch.export.export(Model(), (batch,))
        self.assertTrue(torch.equal(exported.module()(batch), batch.float()))
        pipelines.register_torch()


@unittest.skipUnless(importlib.util.find_spec("jax"), "no jax here")
class Jax(unittest.TestCase):
    def test_arrays_give_arrays(self):
        import jax

        image = random((11, 8, 3))
        made = pipelines.warped(jax.numpy.asarray(image), **CALL)
        self.assertIsInstance(made, jax.Array)
        self.assertTrue((np.asarray(made) == image).all())


class Processes(unittest.TestCase):
    def test_many_threads_call_at_a_time(self):
        images = [random((200, 300, 3), seed=n) for n in range(8)]
        failed = []

        def work(image):
            for n in range(10):
                if not (pipelines.warped([image] * 2, **CALL) == image).all():
                    failed.append(n)

        threads = [threading.Thread(target=work, args=(image,)) for image in images]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_a_child_computes_on_the_cpu_after_its_parent_did(self):
        code = (
            "import os, numpy as np, pipelines\n"
            "image = np.random.default_rng(1).integers(0, 256, (400, 500, 3), np.uint8)\n"
            f"call = {CALL!r}\n"
            "assert (pipelines.warped(image, **call) == image).all()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    os._exit(0 if (pipelines.warped(image, **call) == image).all() else 3)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
        )
        self.assertEqual(run(code), "0")

    def test_a_fork_after_cuda_is_named(self):
        code = (
            "import os, pipelines\n"
            "from _cuweave import cuda\n"
            "cuda._driver = object()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    try:\n"
            "        cuda.driver()\n"
            "    except pipelines.ForkError as error:\n"
            "        print(str(error).split('. ')[0].replace(str(os.getpid()), 'CHILD').replace(str(os.getppid()), 'PARENT'), flush=True)\n"
            "    os._exit(0)\n"
            "os.waitpid(child, 0)"
        )
        wanted = "Process CHILD was forked from PARENT after that one used CUDA, and CUDA does not work in such a child"
        self.assertEqual(run(code), wanted)

    def test_a_library_that_is_not_the_builds_own_is_not_opened(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "copy"
            copy.mkdir()
            for name in ("pipelines.py", "_cuweave"):
                source = FOLDER / name
                shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
            library = next(FOLDER.glob("pipelines.*.so"))
            code = (
                f"sys.path.insert(0, {str(copy)!r})\nimport numpy as np, pipelines\n"
                "try:\n"
                f"    pipelines.warped(np.zeros((2, 2, 3), np.uint8), **{CALL!r})\n"
                "    print('opened')\n"
                "except pipelines.LibraryError as error:\n"
                f"    print(str(error).replace({str(copy)!r}, ''))"
            )
            self.assertIn("is missing", run(code))
            content = library.read_bytes()
            (copy / library.name).write_bytes(content[:-5])
            self.assertIn("other than the", run(code))
            (copy / library.name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            self.assertIn("is not the one that this module was printed for", run(code))
            (copy / library.name).write_bytes(content)
            self.assertEqual(run(code), "opened")

    def test_two_builds_in_one_process_are_parts_of_packages(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("first", "second"):
                shutil.copytree(
                    FOLDER, pathlib.Path(folder) / name, ignore=shutil.ignore_patterns(".cache", "generated")
                )
            code = (
                f"sys.path[0] = {folder!r}\nimport numpy as np\nfrom first import pipelines as a\nfrom second import pipelines as b\n"
                "image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)\n"
                f"print((a.warped(image, **{CALL!r}) == b.warped(image, **{CALL!r})).all(), a.ArgumentError is b.ArgumentError)"
            )
            self.assertEqual(run(code), "True False")


class _Interface:
    """An array of no library, as Pillow's images are."""

    def __init__(self, array):
        self.__array_interface__ = array.__array_interface__
        self.array = array


def memoryview_array(array):
    return _Interface(array)


if __name__ == "__main__":
    unittest.main()
