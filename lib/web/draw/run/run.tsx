import { Figure } from "../figure.tsx";
import { HexPane } from "../hex_pane.tsx";
import { Inline } from "../inline.tsx";
import { PacketDetails } from "../packet/packet_details.tsx";
import { useMemo, type VNode } from "../preact.ts";
import { sentence } from "../sentence.ts";
import type { EventOf, RunEvent } from "../types.ts";
import { Bars } from "./bars.tsx";
import { type Block, type Section, sectionsOf } from "./blocks.ts";
import { Lanes } from "./lanes.tsx";
import { Segments } from "./segments.tsx";
import { Facts, Notes, Predicted, Prediction, Table } from "./texts.tsx";

/** The properties of {@linkcode Run}. */
export interface RunProps {
  /** The events, in order. */
  events: RunEvent[];
  /**
   * How many of them to draw.
   *
   * @default all of them
   */
  upTo?: number;
  /** The available width, in pixels, at least 320. */
  width: number;
}

/** Draws a run of a lesson from its events. */
export function Run({ events, upTo = events.length, width }: RunProps): VNode {
  const sections = useMemo(
    () => sectionsOf(events.slice(0, upTo)),
    // Later events are added to the same list.
    [events, events.length, upTo],
  );
  return (
    <div class="draw-run">
      {sections.map((section) => (
        <RunSection
          key={section.step?.number ?? 0}
          {...section}
          width={width}
        />
      ))}
    </div>
  );
}

function RunSection(
  { lesson, step, blocks, width }: Section & { width: number },
): VNode {
  return (
    <section class="draw-step">
      {lesson === undefined ? null : (
        <p class="draw-claim">
          <Inline text={lesson.claim} />
        </p>
      )}
      {step === undefined ? null : (
        <h3>
          <span class="draw-number">{step.number}</span> {step.title}
        </h3>
      )}
      {blocks.map((block, i) => (
        <RunBlock
          key={i}
          block={block}
          width={width}
        />
      ))}
    </section>
  );
}

/** Draws one block. A new kind of block doesn't compile until it's drawn. */
function RunBlock({ block, width }: { block: Block; width: number }): VNode {
  switch (block.kind) {
    case "say":
      return (
        <p class="draw-say">
          <Inline text={block.text} />
        </p>
      );
    case "predict":
      return <Prediction {...block} />;
    case "predicted":
      return <Predicted {...block} />;
    case "facts":
      return <Facts facts={block.facts} />;
    case "notes":
      return <Notes notes={block.notes} />;
    case "lanes":
      return <Lanes block={block} width={width} />;
    case "bytes":
      return <Bytes {...block} width={width} />;
    case "bars":
      return <Bars chart={block} width={width} />;
    case "table":
      return <Table {...block} />;
    case "headers":
      return <PacketDetails packet={block} width={width} />;
    case "segments":
      return <Segments event={block} width={width} />;
    default:
      return block satisfies never;
  }
}

function Bytes(
  { name, hex, width }: EventOf<"bytes"> & { width: number },
): VNode {
  return (
    <Figure kind="bytes" caption={sentence(name)} text={[]}>
      <HexPane bytes={Uint8Array.fromHex(hex)} width={width} />
    </Figure>
  );
}
