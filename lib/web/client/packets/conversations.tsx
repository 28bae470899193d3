import { conversationTitle } from "../../../show/conversation_summary.ts";
import { counted } from "../../../show/counted.ts";
import {
  type CaptureConversations,
  isDatagrams,
} from "../../../wire/capture/capture_conversations.ts";
import { elapsedMs } from "../../../wire/capture/timestamp.ts";
import { formatElapsed } from "../../../show/elapsed.ts";

type Conversation = CaptureConversations["list"][number];

/** The most conversations to list. */
const MAX = 200;

/** Lists the conversations of a capture, and lets the reader choose one. */
export function Conversations({ conversations, chosen, onChoose }: {
  conversations: Conversation[];
  chosen: number | undefined;
  onChoose: (number: number | undefined) => void;
}) {
  return (
    <div class="wide conversations" role="group" aria-label="Conversations">
      <button
        type="button"
        aria-pressed={chosen === undefined}
        onClick={() =>
          onChoose(undefined)}
      >
        All packets
      </button>
      {conversations.slice(0, MAX).map((one) => (
        <button
          type="button"
          key={one.number}
          aria-pressed={chosen === one.number}
          onClick={() => onChoose(one.number)}
        >
          <b>{conversationTitle(one)}</b>
          <small>{factsOf(one)}</small>
        </button>
      ))}
      {conversations.length > MAX && (
        <small>and {conversations.length - MAX} more: use the filter</small>
      )}
    </div>
  );
}

function factsOf(one: Conversation): string {
  const { client, server, start, end } = one;
  const [unit, sent] = isDatagrams(one)
    ? ["datagram", one.client.datagrams + one.server.datagrams] as const
    : ["segment", one.client.segments + one.server.segments] as const;
  const took = start === null || end === null
    ? ""
    : `, ${formatElapsed(elapsedMs(start, end))}`;
  const ending = isDatagrams(one) ? "" : `, ${one.ending.how}`;
  return `${counted(sent, unit)}, ${client.bytes} bytes →, ` +
    `${server.bytes} bytes ←${took}${ending}`;
}
