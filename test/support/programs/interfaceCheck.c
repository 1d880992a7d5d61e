/*
 * Asks a library for what test/print/interface.test.ts expects of it. Standard input has for each call a line: name, layout, bytes of the
 * arguments' struct and of the image's, where the sizes are and how many, images, a bit for each size that the caller says; and three
 * words of hexadecimal digits: arguments, images, and which of their bytes are settled. Prints what differs.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char word[1 << 20];

static uint8_t* bytes(size_t count) {
  uint8_t* made = malloc(count + 1);
  if (scanf("%1048575s", word) != 1) exit(2);
  for (size_t n = 0; n < count; n++) {
    unsigned value = 0;
    if (sscanf(word + 2 * n, "%2x", &value) != 1) exit(2);
    made[n] = (uint8_t)value;
  }
  return made;
}
static void* find(void* library, const char* what, const char* name) {
  char symbol[200];
  snprintf(symbol, sizeof symbol, "cuweave%s_%s", what, name);
  void* found = dlsym(library, symbol);
  if (!found) printf("there is no %s\n", symbol);
  return found ? found : (exit(2), NULL);
}

int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_LAZY) : NULL;
  if (!library) return printf("%s\n", dlerror()), 2;
  const char* (*text)(int);
  *(void**)&text = dlsym(library, "cuweaveErrorText");
  char name[200];
  unsigned layout, argsBytes, imageBytes, sizes, sizeCount, count, given;
  int calls = 0;
  while (scanf("%199s %x %u %u %u %u %u %u", name, &layout, &argsBytes, &imageBytes, &sizes, &sizeCount, &count, &given) == 8) {
    const size_t total = (size_t)imageBytes * count;
    uint8_t* args = bytes(argsBytes);
    uint8_t* images = bytes(total);
    uint8_t* settled = bytes(argsBytes + total);
    int (*init)(uint32_t, void*, void*, int32_t);
    int (*computeSizes)(const void*, void*);
    *(void**)&init = find(library, "InitAs", name);
    *(void**)&computeSizes = find(library, "Sizes", name);
    uint8_t* ownArgs = calloc(1, argsBytes);
    uint8_t* own = calloc(1, total);
    int code = init(layout, ownArgs, own, (int32_t)count);
    if (code != 0) printf("%s: %s\n", name, text(code));
    for (size_t n = 0; n < argsBytes + total; n++) {
      const uint8_t expected = n < argsBytes ? args[n] : images[n - argsBytes];
      const uint8_t found = n < argsBytes ? ownArgs[n] : own[n - argsBytes];
      if (settled[n] && expected != found) {
        printf("%s: settled byte %zu is %02x and not %02x\n", name, n, found, expected);
        break;
      }
    }
    // What the runtime filled in, but for the sizes that follow from it.
    memcpy(ownArgs + 16, args + 16, argsBytes - 16);
    memcpy(own, images, total);
    for (size_t n = 0; n < count; n++) {
      for (size_t s = 1; s < sizeCount; s++) {
        if (!((given >> s) & 1)) memset(own + n * imageBytes + sizes + 8 * s, 0, 8);
      }
    }
    code = computeSizes(ownArgs, own);
    if (code != 0) printf("%s: %s\n", name, text(code));
    if (code == 0 && memcmp(own, images, total) != 0) printf("%s: other sizes\n", name);
    calls++;
  }
  printf("%d calls\n", calls);
  return 0;
}
