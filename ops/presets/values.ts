/** Means and deviations of red, green and blue in 0..1, by the names that transformers gives them (`image_utils.py` of transformers 5). */
export const imagenetDefault = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
export const imagenetStandard = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
export const openaiClip = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;
