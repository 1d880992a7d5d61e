/** What an application imports from `cuweave`. */

export type { PipelineInput, PipelineOutput } from './call/inputs.js';
export type { PointFunction, ScaleFunction, SizeFunction } from './call/packing.js';
export { Patches, type PatchGrid, patchGrid } from './call/patches.js';
export {
  type BuiltPipeline,
  type CallOptions,
  definePipeline,
  type GeometryOf,
  type PerImage,
  type Pipeline,
} from './call/pipeline.js';
export { type RandomResizedCropOptions, randomResizedCrop } from './call/randomResizedCrop.js';
export type { GeometryImage } from './call/trace.js';
export type {
  CudaStatus,
  DecoderCapability,
  DeviceProperties,
  HostArray,
  NvdecStatus,
} from './device/addon.js';
export { cudaStatus, Device, type DeviceName, openDevice } from './device/device.js';
export type { HostData } from './device/dtype.js';
export { Graph } from './device/graph.js';
export { type DevicePlane, type HostPlane, Image, ImageBatch, type ImageSpec } from './device/image.js';
export { readManifest } from './device/manifest.js';
export { Event, Stream } from './device/stream.js';
export { type HostTensor, type Layout, Tensor, type TensorExport, type TensorSpec } from './device/tensor.js';
export type { ColourDescription } from './device/videoColour.js';
export {
  AddonLoadError,
  ArgumentError,
  CudaError,
  CuweaveError,
  DeviceLostError,
  DeviceUnavailableError,
  DisposedError,
  LaunchError,
  LibraryError,
  OutOfMemoryError,
  RingError,
  type RingErrorCode,
  type UnavailableReason,
} from './errors.js';
export { contactSheet, type SheetOptions } from './files/contactSheet.js';
export type { HostImage } from './files/framePlanes.js';
export { writeNpy } from './files/npy.js';
export {
  type HostPicture,
  PictureError,
  type PictureErrorCode,
  writePicture,
} from './files/picture.js';
export { type PictureOptions, readPicture } from './files/pictureReader.js';
export { FileError } from './files/wholeFile.js';
export type { Geometry, GeometryOptions, MoveOptions } from './geometry/geometry.js';
export type { Matrix, Point } from './geometry/maps.js';
export type { Shape, ShapeObject, ShapeRow } from './geometry/shapes.js';
export { Ring, RingBatch, type RingOptions, RingReader, RingSlot } from './ring/ring.js';
export { nvdecCapabilities, nvdecStatus } from './video/decode/nvdec.js';
export type { VideoLimits } from './video/limits.js';
export type { FrameAddress } from './video/sampling/address.js';
export type { FrameOptions, FrameRange, Sampling } from './video/sampling/options.js';
export type { SceneChange, SceneOptions } from './video/sampling/sceneChanges.js';
export { VideoReader } from './video/video.js';
export { type DecoderCodec, VideoDecoder, type VideoDecoderOptions } from './video/videoDecoder.js';
export { VideoError, type VideoErrorCode } from './video/videoError.js';
export { VideoBatch, VideoFrame } from './video/videoFrame.js';
export type { FrameAtOptions, VideoOptions } from './video/videoOptions.js';
export type { FrameTiming, OnDamage } from './video/videoStream.js';
export type { VideoWarning, VideoWarningCode } from './video/videoWarning.js';
