/** The sections of an ELF file; CUDA's machine code comes in one. Layout: System V ABI, "Elf64_Ehdr" and "Elf64_Shdr". */

/** A section's name and size in bytes. */
export type Section = { readonly name: string; readonly size: number };

/** Lists the sections of a 64-bit little-endian ELF file; empty for anything else. */
export const sectionSizes = (file: Uint8Array): readonly Section[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 64 || view.getUint32(0) !== 0x7f454c46 || file[4] !== 2) {
    return [];
  }
  const table = Number(view.getBigUint64(40, true));
  const entry = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  if (entry < 64 || table + count * entry > file.byteLength) {
    return [];
  }
  const header = (index: number) => {
    const at = table + index * entry;
    return {
      name: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 24, true)),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  };
  const names = header(Math.min(view.getUint16(62, true), Math.max(0, count - 1)));
  const nameAt = (offset: number): string => {
    const start = names.offset + offset;
    const end = file.indexOf(0, start);
    return new TextDecoder().decode(file.subarray(start, end < 0 ? start : end));
  };
  return Array.from({ length: count }, (_, index) => {
    const { name, size } = header(index);
    return { name: nameAt(name), size };
  });
};
