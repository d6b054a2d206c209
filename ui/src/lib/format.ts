// Numbers, times and p-values in words; all times are UTC.

const NUMBER = new Intl.NumberFormat("en-US");
const SHORT = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

export const count = (value: number | null | undefined): string =>
  value == null ? "–" : NUMBER.format(value);

export const figure = (value: number | null | undefined): string => {
  if (value == null) return "–";
  return Math.abs(value) >= 1000 ? NUMBER.format(Math.round(value)) : SHORT.format(value);
};

export const share = (value: number | null | undefined): string =>
  value == null ? "–" : `${SHORT.format(100 * value)} %`;

const RAISED: Record<string, string> = {
  "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴",
  "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
};

/** A probability: `0.012`, `3 × 10⁻⁹`. */
export const chance = (value: number | null | undefined): string => {
  if (value == null) return "–";
  if (value === 0) return "< 10⁻³⁰⁰";
  if (value >= 0.001) return SHORT.format(value);
  const [digits, power] = value.toExponential(0).split("e");
  return `${digits} × 10${[...String(Number(power))].map((c) => RAISED[c] ?? c).join("")}`;
};

const pad = (value: number): string => String(value).padStart(2, "0");

export const day = (ms: number | null | undefined): string =>
  ms == null ? "–" : new Date(ms).toISOString().slice(0, 10);

/** A moment as exact as its source: `precision` is the width of its last digit in milliseconds. */
export const moment = (ms: number | null | undefined, precision: number | null = 1000): string => {
  if (ms == null) return "time unknown";
  const at = new Date(ms).toISOString();
  if ((precision ?? 1000) >= 86_400_000) return at.slice(0, 10);
  if ((precision ?? 1000) >= 60_000) return `${at.slice(0, 10)} ${at.slice(11, 16)}`;
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
};

export const span = (first: number | null | undefined, last: number | null | undefined): string =>
  first == null ? "–" : day(first) === day(last) ? day(first) : `${day(first)} – ${day(last)}`;

/** A length of time: `0.8 s`, `12 s`, `4 min`, `3 h`, `2 d`. */
export const gap = (ms: number | null | undefined): string => {
  if (ms == null) return "–";
  if (ms < 60_000) return `${SHORT.format(ms / 1000)} s`;
  if (ms < 3_600_000) return `${SHORT.format(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${SHORT.format(ms / 3_600_000)} h`;
  return `${SHORT.format(ms / 86_400_000)} d`;
};

export const bytes = (value: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${SHORT.format(size)} ${units[unit]}`;
};

export const money = (hundredths: number | null | undefined, currency: string): string =>
  hundredths == null
    ? "–"
    : `${(hundredths / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} ${currency}`;

export const when = (iso: string): string => iso.replace("T", " ").slice(0, 16);

export const several = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** An address that nobody opens by accident. */
export const defanged = (url: string): string => url.replace(/^http/i, "hxxp").replaceAll(".", "[.]");

export const week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
export const hour = (place: number): string => `${week[Math.floor(place / 24)]} ${pad(place % 24)}:00`;
