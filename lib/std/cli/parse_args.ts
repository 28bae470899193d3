/**
 * The offline edition of `@std/cli/parse-args`. It is not `parseArgs` of
 * `node:util`, because that one knows no `unknown` callback and takes no value
 * for a flag that was not declared. It differs from the published edition in
 * one way: a dotted name such as `--a.b` makes no nested object, but a property
 * `"a.b"`.
 *
 * @module
 */

// The type parameters below stand for the options: B for `boolean`, S for
// `string`, C for `collect`, N for `negatable`, D for `default`, A for `alias`
// and DD for `"--"`.
type Names = string | undefined;
type BooleanNames = boolean | string | undefined;
type Aliases = Record<string, string | readonly string[]> | undefined;
type Defaults = Record<string, unknown> | undefined;

/** What {@linkcode parseArgs} is to know about the flags. */
export interface ParseOptions<
  B extends BooleanNames = BooleanNames,
  S extends Names = Names,
  C extends Names = Names,
  N extends Names = Names,
  D extends Defaults = Defaults,
  A extends Aliases = Aliases,
  DD extends boolean | undefined = boolean | undefined,
> {
  /**
   * Whether what follows `--` goes to the result's `"--"` and not to its `_`.
   *
   * @default {false}
   */
  "--"?: DD;
  /**
   * Other names of a flag: every one of them is set in the result.
   *
   * @default {{}}
   */
  alias?: A;
  /**
   * The flags that take no value and are `false` when not given, or `true` for
   * all that start with `--`.
   *
   * @default {false}
   */
  boolean?: B | ReadonlyArray<Extract<B, string>>;
  /** The values of flags that are not given. @default {{}} */
  default?: D;
  /**
   * Whether all that follows the first positional argument is positional.
   *
   * @default {false}
   */
  stopEarly?: boolean;
  /**
   * The flags whose value stays a text though it reads as a number; `_` stands
   * for the positional arguments.
   *
   * @default {[]}
   */
  string?: S | ReadonlyArray<Extract<S, string>>;
  /** The flags whose values are gathered in an array. @default {[]} */
  collect?: C | ReadonlyArray<Extract<C, string>>;
  /** The flags that `--no-` before the name sets to `false`. @default {[]} */
  negatable?: N | ReadonlyArray<Extract<N, string>>;
  /**
   * Is called with each argument that no option declares, a positional one too;
   * `false` drops the argument.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/**
 * A flag's value: an array where values are gathered, or `false` where the flag
 * can be negated.
 */
type Value<K, T, C, N> =
  | (K extends C ? T[] : T)
  | (K extends N ? false : never);

/**
 * The flags that the options declare. Texts may be absent; booleans and arrays
 * may not.
 */
type Declared<B, S, C, N> =
  & { [K in Extract<B, string>]: K extends C ? boolean[] : boolean }
  & { [K in Extract<S, C & string>]: Value<K, string, C, N> }
  & { [K in Exclude<Extract<S, string>, C>]?: Value<K, string, C, N> }
  & { [K in Exclude<Extract<C, string>, B | S>]: Value<K, unknown, C, N> };

/** A flag with a default is always there. */
type WithDefaults<F, D> = D extends undefined ? F
  :
    & Omit<F, keyof D>
    & {
      [K in keyof D]: K extends keyof F ? D[K] | NonNullable<F[K]> : unknown;
    };

/** A flag's value is there under its aliases, too. */
type WithAliases<F, A> = {
  [K in keyof F as K | (K extends keyof A ? AliasOf<A[K]> : never)]: F[K];
};
type AliasOf<T> = T extends string ? T
  : T extends readonly (infer U extends string)[] ? U
  : never;

/**
 * Without a declared flag nothing is known; with one, an undeclared flag is
 * `unknown`.
 */
type Flags<B, S, C, N, D, A> = [B, S, C] extends
  [undefined | false, undefined, undefined]
  // deno-lint-ignore no-explicit-any -- The published type, on which callers rely.
  ? Record<string, any>
  :
    & Record<string, unknown>
    & WithAliases<WithDefaults<Declared<B, S, C, N>, D>, A>;

/** What {@linkcode parseArgs} returns: the flags by name, and the rest. */
export type Args<
  // deno-lint-ignore no-explicit-any -- The published type, on which callers rely.
  F extends Record<string, unknown> = Record<string, any>,
  DD extends boolean | undefined = undefined,
> =
  & F
  & {
    /** The arguments that belong to no flag, in order. */
    _: Array<string | number>;
  }
  & (boolean extends DD ? DoubleDash
    : true extends DD ? Required<DoubleDash>
    : unknown);

interface DoubleDash {
  /** The arguments after `--`, as they were given. */
  "--"?: string[];
}

/**
 * Sorts command-line arguments into flags and positional arguments.
 *
 * A flag takes its value from `--port=80`, `--port 80`, `-p 80`, `-p80` or
 * `-p=80`, and `-ab` is `-a -b`. What reads as a number becomes one.
 *
 * @param args The arguments, such as `Deno.args`.
 * @param options What is known about the flags.
 * @returns The flags by name; `_` holds the positional arguments.
 */
export function parseArgs<
  B extends BooleanNames = undefined,
  S extends Names = undefined,
  C extends Names = undefined,
  N extends Names = undefined,
  D extends Defaults = undefined,
  const A extends Aliases = undefined,
  DD extends boolean | undefined = undefined,
>(
  args: readonly string[],
  options: ParseOptions<B, S, C, N, D, A, DD> = {},
): Args<Flags<B, S, C, N, D, A>, DD> {
  const { unknown = () => true, stopEarly = false } = options;
  const family = families(options.alias ?? {});
  const booleans = members(options.boolean, family);
  const strings = members(options.string, family);
  const collected = members(options.collect, family);
  const negatable = members(options.negatable, family);
  const allBoolean = options.boolean === true;

  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const given = args.slice(0, end);
  const afterDashes = args.slice(end + 1);
  const flags = new Map<string, unknown>();
  const positional: (string | number)[] = [];

  // Stores a value under every name of its flag, unless nothing declares the
  // flag and `unknown` drops it.
  function set(
    arg: string,
    key: string,
    value: string | boolean,
    gather = collected.has(key),
  ) {
    const declared =
      [booleans, strings, collected, family].some((known) => known.has(key)) ||
      (allBoolean && /^--[^=]+$/.test(arg));
    if (!declared && unknown(arg, key, value) === false) return;
    const typed = typeof value === "boolean" || strings.has(key)
      ? value
      : numbered(value);
    const before = flags.get(key);
    put(
      key,
      gather ? [...(Array.isArray(before) ? before : []), typed] : typed,
    );
  }

  function put(key: string, value: unknown) {
    for (const name of family.get(key) ?? [key]) flags.set(name, value);
  }

  // What a flag holds that came alone.
  function bare(key: string): string | boolean {
    return strings.has(key) ? "" : true;
  }

  // Stores a flag that came without a value. The next argument is its value if
  // it can be; says whether it was.
  function setFromNext(
    arg: string,
    key: string,
    next: string | undefined,
    usable: boolean,
  ): boolean {
    const takesText = next !== undefined && next !== "" && usable &&
      !booleans.has(key) && !(allBoolean && arg.startsWith("--"));
    const takesBoolean = next === "true" || next === "false";
    const otherwise = takesBoolean ? next === "true" : bare(key);
    set(arg, key, takesText ? next : otherwise);
    return takesText || takesBoolean;
  }

  for (let i = 0; i < given.length; i++) {
    const [arg, next] = [given[i], given.at(i + 1)];
    const [, no = "", name, value] = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(arg) ??
      [];
    if (name !== undefined && value !== undefined) {
      set(arg, name, booleans.has(name) ? value !== "false" : value);
    } else if (name !== undefined && no && negatable.has(name)) {
      set(arg, name, false, false);
    } else if (name !== undefined) {
      if (setFromNext(arg, no + name, next, !next?.startsWith("-"))) i++;
    } else if (/^-./s.test(arg)) {
      const { settled, open } = letters(arg);
      settled.forEach(([key, value]) => set(arg, key, value ?? bare(key)));
      if (open && setFromNext(arg, open, next, !/^--?[^-]/.test(next ?? ""))) {
        i++;
      }
    } else {
      if (unknown(arg) !== false) {
        positional.push(strings.has("_") ? arg : numbered(arg));
      }
      if (stopEarly) positional.push(...given.splice(i + 1));
    }
  }

  for (const [key, value] of Object.entries(options.default ?? {})) {
    if (!flags.has(key)) put(key, value);
  }
  for (const key of booleans.union(strings.intersection(collected))) {
    if (!flags.has(key)) flags.set(key, collected.has(key) ? [] : false);
  }
  const rest = options["--"]
    ? { _: positional, "--": afterDashes }
    : { _: [...positional, ...afterDashes] };
  // What the options declare is known to the caller's types only.
  return { ...Object.fromEntries(flags), ...rest } as Args<
    Flags<B, S, C, N, D, A>,
    DD
  >;
}

/**
 * Maps each name that has an alias, and each alias, to all the names of that
 * flag.
 */
function families(
  alias: Record<string, string | readonly string[]>,
): Map<string, string[]> {
  const family = new Map<string, string[]>();
  for (const [key, others] of Object.entries(alias)) {
    const names = [key, ...[others].flat()];
    names.forEach((name) => family.set(name, names));
  }
  return family;
}

/** Makes a set of the names that an option lists, and of their aliases. */
function members(
  names: BooleanNames | readonly string[],
  family: Map<string, string[]>,
): Set<string> {
  const listed = [names].flat().filter((name) =>
    typeof name === "string" && name !== ""
  ) as string[];
  return new Set(listed.flatMap((name) => family.get(name) ?? [name]));
}

/**
 * Splits `-abc` into letters. All but the last are settled, with a value where
 * what follows can only be one: `-p80`, `-p=80`, `-p/tmp`. The last is open:
 * the next argument may be its value.
 */
function letters(
  arg: string,
): { settled: [string, string | undefined][]; open?: string } {
  const settled: [string, string | undefined][] = [];
  for (let at = 1; at < arg.length - 1; at++) {
    const value = attached(arg[at], arg.slice(at + 1));
    settled.push([arg[at], value]);
    if (value !== undefined) return { settled };
  }
  return { settled, open: arg.at(-1) };
}

/** Finds the value that follows a letter without a space, if there is one. */
function attached(letter: string, rest: string): string | undefined {
  if (rest === "-") return rest;
  if (rest === "=") return "";
  if (/[A-Za-z]/.test(letter)) {
    const value = /=(.+)/.exec(rest)?.[1];
    if (value !== undefined) return value;
    if (/\d\.?$/.test(rest)) return rest;
  }
  return /^\W./s.test(rest) ? rest : undefined;
}

/** Turns a text that reads as a finite number into that number. */
function numbered(text: string): string | number {
  return text.trim() !== "" && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}
