import { isDeepStrictEqual, types } from "node:util";

/**
 * The pairs of objects that are being compared, outermost first: meeting a pair
 * again means a cycle.
 */
type Path = readonly (readonly [object, object])[];

/**
 * Compares two values by content.
 *
 * It isn't `isDeepStrictEqual` alone, because the published `assertEquals`
 * treats 0 and -0 as equal, and `Object.create(null)` and `{}` (which
 * `match.groups` needs), reads getters, and compares the stacks of errors.
 *
 * @param a One value.
 * @param b The other value.
 * @param path The pairs being compared; callers omit it.
 * @returns Whether they are equal.
 */
export function equal(a: unknown, b: unknown, path: Path = []): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || kind(a) !== kind(b)) return false;
  if (path.some(([x, y]) => x === a && y === b)) return true;
  const inside: Path = [...path, [a, b]];

  if (isCollection(a) && isCollection(b)) {
    const others = [...b.entries()];
    return a.size === b.size &&
      [...a.entries()].every(([key, value]) =>
        others.some(([otherKey, otherValue]) =>
          equal(key, otherKey, inside) && equal(value, otherValue, inside)
        )
      );
  }
  if (hidesItsContent(a)) return isDeepStrictEqual(a, b);
  return [...namesOf(a).union(namesOf(b))].every((name) =>
    name in a && name in b &&
    equal(Reflect.get(a, name), Reflect.get(b, name), inside)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Returns a value's prototype; one without a prototype counts as plain. */
function kind(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function isCollection(
  value: object,
): value is Map<unknown, unknown> | Set<unknown> {
  return value instanceof Map || value instanceof Set;
}

/**
 * Says whether a value's content isn't in its properties, as with bytes, dates,
 * patterns, and boxed primitives.
 */
function hidesItsContent(value: object): boolean {
  return types.isTypedArray(value) || types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) || types.isBoxedPrimitive(value);
}

/**
 * Returns the names of all properties, with the getters of a value's classes.
 */
function namesOf(value: object): Set<string | symbol> {
  const names = new Set<string | symbol>();
  for (
    let at = value;
    at && at !== Object.prototype && at !== Array.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    Reflect.ownKeys(at).forEach((name) => names.add(name));
  }
  return names;
}
