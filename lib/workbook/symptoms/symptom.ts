/** One cause of a symptom. */
export interface Cause {
  /** What happened, in a sentence. */
  because: string;
  /** How to check for this cause: a command, or what to look at. */
  tell?: string;
  /** What to do about it. */
  fix: string;
}

/** The number of a system error, by system. */
export interface ErrorNumbers {
  /** Such as 111. */
  linux?: number;
  /** Such as 61. */
  macos?: number;
  /** Such as 10061, the number of a `WSA…` name. */
  windows?: number;
}

/** How programs word an error. Each is a part of the message. */
export interface Wording {
  /** What Deno says. */
  deno?: string[];
  /** What `node:net`, `node:dgram`, and `node:tls` say. */
  node?: string[];
  /** What `curl` says. */
  curl?: string[];
  /** What browsers say. */
  browser?: string[];
}

/** A symptom: what you see, why it happens, and where to read about it. */
export interface Symptom {
  /** A short name for `deno task why`. */
  id: string;
  /** What you see, in a few words. */
  title: string;
  /** How Deno shows it, as Markdown: a class of error, for example. */
  deno?: string;
  /** The names of the error's class, the most specific first. */
  classes?: string[];
  /** The codes that programs show, such as `ECONNREFUSED`. */
  codes?: string[];
  /** The numbers of the error. */
  numbers?: ErrorNumbers;
  /** The messages. */
  wording?: Wording;
  /** What its proof shows, if there's no error. */
  shows?: string;
  /** How people describe it. */
  asked: string[];
  /** What it means, in one short sentence. */
  means: string;
  /** What to do, in one short sentence. */
  todo: string;
  /** The causes, likeliest first. */
  causes: Cause[];
  /** The folder of the lesson that explains it. */
  lesson: string;
  /** The heading in the lesson's reading. */
  heading?: string;
  /** Why loopback can't reproduce it, if it can't. */
  unproven?: string;
}

/** Symptoms that belong together. */
export interface SymptomGroup {
  /** What they have in common. */
  name: string;
  /** The symptoms. */
  symptoms: Symptom[];
}
