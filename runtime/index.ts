/** What an application imports from `cuweave`. */
export type { CudaStatus, DecoderCapability, DeviceProperties, HostArray, NvdecStatus } from './addon.js';
export { contactSheet, type SheetOptions } from './contactSheet.js';
export { cudaStatus, Device, type DeviceName, openDevice } from './device.js';
export type { HostData } from './dtype.js';
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
  type UnavailableReason,
} from './errors.js';
export type { HostImage } from './framePlanes.js';
export type { FrameAddress } from './frameSearch.js';
export { Graph } from './graph.js';
export { type DevicePlane, type HostPlane, Image, ImageBatch, type ImageSpec } from './image.js';
export type { PipelineInput, PipelineOutput } from './inputs.js';
export { writeNpy } from './npy.js';
export { nvdecCapabilities, nvdecStatus } from './nvdec.js';
export type { ScaleFunction, SizeFunction } from './packing.js';
export {
  type HostPicture,
  PictureError,
  type PictureErrorCode,
  readPicture,
  writePicture,
} from './picture.js';
export {
  type BuiltPipeline,
  type CallOptions,
  definePipeline,
  type PerImage,
  type Pipeline,
} from './pipeline.js';
export { type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop.js';
export { Event, Stream } from './stream.js';
export { type HostTensor, type Layout, Tensor, type TensorSpec } from './tensor.js';
export { type FrameOptions, type VideoOptions, VideoReader } from './video.js';
export type { ColourDescription } from './videoColour.js';
export { type DecoderCodec, VideoDecoder, type VideoDecoderOptions } from './videoDecoder.js';
export { VideoError, type VideoErrorCode } from './videoError.js';
export { VideoBatch, VideoFrame } from './videoFrame.js';
export type { FrameRange, FrameTiming, OnDamage } from './videoStream.js';
