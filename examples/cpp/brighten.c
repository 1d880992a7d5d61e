/* A picture made brighter by a factor, from C: brighten [FACTOR]. */
#include <prep/pipelines.h>

#include <stdio.h>
#include <stdlib.h>

enum { width = 5, height = 3 };

int main(int argc, char** argv) {
  uint8_t picture[height][width][3], result[height][width][3];
  for (int n = 0; n < width * height * 3; n++) (&picture[0][0][0])[n] = (uint8_t)(4 * n);

  struct cuweave_brighten_args args;
  struct cuweave_brighten_image image;
  int code = cuweaveInit_brighten(&args, &image, 1);
  if (code == 0) {
    if (argc > 1) args.gain.by = strtof(argv[1], NULL);
    image.size[0].width = width;
    image.size[0].height = height;
    image.src_rgb = picture;
    image.src_rgb_pitch = sizeof picture[0];
    code = cuweaveSizes_brighten(&args, &image);
  }
  if (code == 0) {
    image.dst_rgb = result;
    image.dst_rgb_pitch = sizeof result[0];
    code = cuweaveRun_brighten(&args, 0);
  }
  if (code != 0) {
    fprintf(stderr, "%s\n", cuweaveErrorText(code));
    return 1;
  }
  printf("%d %d %d\n", result[0][1][0], result[1][0][0], result[height - 1][width - 1][2]);
  return 0;
}
