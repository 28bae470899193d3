import type { VNode } from "../preact.ts";
import type { HeaderField, HeaderGrid } from "./fields.ts";

/**
 * Draws a header: a field has a name and a value, and a flag is lit if it's
 * set.
 */
export function HeaderGridView({ grid, lit, width, onLight }: {
  grid: HeaderGrid;
  /** The field to highlight. */
  lit: HeaderField | undefined;
  width: number;
  /** Receives the field under the pointer or with the focus. */
  onLight: (field: HeaderField | undefined) => void;
}): VNode {
  return (
    <section class={`draw-header ${grid.kind}`}>
      <h4>{grid.title}</h4>
      <div class="bits">
        {grid.rows.map((row) =>
          row.map((field) => (
            <button
              type="button"
              class={classOf(field, { isLit: field === lit, width })}
              onMouseEnter={() => onLight(field)}
              onFocus={() => onLight(field)}
              onKeyDown={moveFocus}
            >
              <span class="name">{nameIn(field, width)}</span>
              {field.isSet === undefined
                ? <span class="value">{field.value}</span>
                : null}
              <span class="draw-hidden">
                {` ${field.name}: ${field.value}. ${field.meaning}`}
              </span>
            </button>
          ))
        )}
      </div>
    </section>
  );
}

/** Below this width, a field of a few bits has no room for its full name. */
const NARROW = 600;
/** Below this width, a flag's name runs from top to bottom. */
const UPRIGHT = 860;

function classOf(
  { bits, isSet }: HeaderField,
  { isLit, width }: { isLit: boolean; width: number },
): string {
  return [
    `draw-field bits-${bits}`,
    ...(bits <= 8 && width < NARROW ? ["tight"] : []),
    ...(isSet === undefined ? [] : ["flag", isSet ? "set" : "unset"]),
    ...(isSet !== undefined && width < UPRIGHT ? ["upright"] : []),
    ...(isLit ? ["lit"] : []),
  ].join(" ");
}

/** Short names for narrow fields. */
const SHORT: Record<string, string> = {
  "version": "ver",
  "data offset": "offset",
  "reserved": "rsv",
};

/** Even shorter names, for a narrow page. */
const SHORTEST: Record<string, string> = {
  ...SHORT,
  "data offset": "off",
  "ECN": "EC",
  "identification": "ident.",
  "fragment offset": "frag. offset",
  "time to live": "TTL",
  "next header": "next",
  "hop limit": "hops",
  "flow label": "flow",
};

function nameIn({ name, bits, isSet }: HeaderField, width: number): string {
  if (isSet !== undefined) return name;
  if (width < NARROW) return SHORTEST[name] ?? name;
  return bits < 8 ? SHORT[name] ?? name : name;
}

/** Moves the focus from field to field with the arrow keys. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const by = step[event.key as keyof typeof step];
  const field = event.currentTarget as HTMLElement;
  const fields = [
    ...field.closest(".draw-packet")?.querySelectorAll<HTMLElement>(
      ".draw-field",
    ) ?? [],
  ];
  const next = by === undefined
    ? undefined
    : fields[fields.indexOf(field) + by];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
