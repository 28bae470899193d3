/** One cause of a symptom. */
export interface Cause {
  /** The event that caused it, in a sentence. */
  because: string;
  /** The way to check for this cause: a command, or something to look at. */
  tell?: string;
  /** The fix for this cause. */
  fix: string;
}

/** The number of a system error, by system. */
export interface ErrorNumbers {
  /** The number on Linux, such as 111. */
  linux?: number;
  /** The number on macOS, such as 61. */
  macos?: number;
  /** The number on Windows, such as 10061, that of a `WSA…` name. */
  windows?: number;
}

/** The messages of an error, by program. Each is a part of the full message. */
export interface Wording {
  /** The message in Deno. */
  deno?: string[];
  /** The message in `node:net`, `node:dgram`, and `node:tls`. */
  node?: string[];
  /** The message of `curl`. */
  curl?: string[];
  /** The message in browsers. */
  browser?: string[];
}

/** A symptom: what you see, why it happens, and where to read about it. */
export interface Symptom {
  /** A short name for `deno task why`. */
  id: string;
  /** The symptom, in a few words. */
  title: string;
  /** The form in which Deno shows it, as Markdown, such as an error class. */
  deno?: string;
  /** The names of the error's class, the most specific first. */
  classes?: string[];
  /** The codes that programs show, such as `ECONNREFUSED`. */
  codes?: string[];
  /** The numbers of the error. */
  numbers?: ErrorNumbers;
  /** The messages. */
  wording?: Wording;
  /** The output of its test, if there's no error. */
  shows?: string;
  /** The questions and words with which people describe it. */
  asked: string[];
  /** The meaning, in one short sentence. */
  means: string;
  /** The remedy, in one short sentence. */
  todo: string;
  /** The causes, likeliest first. */
  causes: Cause[];
  /** The folder of the lesson that explains it. */
  lesson: string;
  /** The heading in the lesson's reading. */
  heading?: string;
  /** The reason why loopback can't reproduce it, if it can't. */
  unproven?: string;
}

/** Symptoms that belong together. */
export interface SymptomGroup {
  /** The name of the group. */
  name: string;
  /** The symptoms. */
  symptoms: Symptom[];
}
