/**
 * The offline edition of `@std/fmt/bytes`.
 *
 * @module
 */

/** How {@linkcode format} writes a number. */
export interface FormatOptions {
  /**
   * Whether the number counts bits, so that the unit is `kbit` and not `kB`.
   *
   * @default {false}
   */
  bits?: boolean;
  /**
   * Whether a unit is 1024 of the unit below it, as in `kiB`, and not 1000.
   *
   * @default {false}
   */
  binary?: boolean;
  /**
   * Whether a positive number gets a plus sign, and 0 a space.
   *
   * @default {false}
   */
  signed?: boolean;
  /**
   * The language of the digits: `true` for the system's own, or a BCP 47 tag,
   * or several in order of preference.
   */
  locale?: boolean | string | string[];
  /**
   * The fewest digits after the point; without it and the next option, three
   * digits count in all.
   */
  minimumFractionDigits?: number;
  /**
   * The most digits after the point; without it and the option before, three
   * digits count in all.
   */
  maximumFractionDigits?: number;
}

/**
 * Writes a number of bytes for a reader: `format(1536)` is `1.54 kB`.
 *
 * @param num Bytes, or bits where the options say so.
 * @param options How to write it.
 * @returns The number, a space and the unit.
 * @throws {TypeError} If `num` is not finite.
 */
export function format(num: number, options: FormatOptions = {}): string {
  if (!Number.isFinite(num)) {
    throw new TypeError(`Expected a finite number, got ${typeof num}: ${num}`);
  }
  const {
    binary = false,
    bits = false,
    locale,
    signed = false,
    minimumFractionDigits,
    maximumFractionDigits,
  } = options;
  const single = bits ? "b" : "B";
  if (signed && num === 0) return ` 0 ${single}`;

  const sign = num < 0 ? "-" : signed ? "+" : "";
  const size = Math.abs(num);
  const prefixes = ["", ..."kMGTPEZY"];
  const steps = binary ? Math.log(size) / Math.log(1024) : Math.log10(size) / 3;
  const exponent = Math.min(
    Math.max(Math.floor(steps), 0),
    prefixes.length - 1,
  );
  const unit = exponent === 0
    ? single
    : prefixes[exponent] + (binary ? "i" : "") + (bits ? "bit" : "B");

  const scaled = size / (binary ? 1024 : 1000) ** exponent;
  const rounds = minimumFractionDigits !== undefined ||
    maximumFractionDigits !== undefined;
  // A part of one byte keeps all of its digits, as in the published edition.
  const shown = rounds || size < 1 ? scaled : Number(scaled.toPrecision(3));
  const language = typeof locale === "boolean" ? undefined : locale;
  const digits = rounds || locale
    ? shown.toLocaleString(language, {
      minimumFractionDigits,
      maximumFractionDigits,
    })
    : String(shown);
  return `${sign}${digits} ${unit}`;
}
