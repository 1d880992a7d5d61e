// Loaded before all else (LD_PRELOAD): as long as CUWEAVE_NO_THREADS is set, the system gives the process no thread.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static auto* const create = reinterpret_cast<Create*>(dlsym(RTLD_NEXT, "pthread_create"));
  return getenv("CUWEAVE_NO_THREADS") ? EAGAIN : create(thread, attributes, start, argument);
}
