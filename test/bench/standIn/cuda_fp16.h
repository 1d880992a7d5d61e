// Half floats for the stand-in beside this file.
#pragma once

class __half {
 public:
  __half() = default;
  __half(float v) : value_(static_cast<_Float16>(v)) {}
  operator float() const { return static_cast<float>(value_); }

 private:
  _Float16 value_;
};
inline float __half2float(__half half) { return half; }
