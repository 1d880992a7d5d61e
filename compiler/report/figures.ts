/** Numbers as explanations show them. */
import type { Traffic } from './explain.js';

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
/** Bytes that are read and written. */
export const total = ({ read, written }: Traffic): number => read + written;
/** Formats a number with one digit behind the point, unless that digit is 0. */
export const few = (count: number): string => String(Math.round(count * 10) / 10);
