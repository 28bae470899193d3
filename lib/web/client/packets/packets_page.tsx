import { useState } from "../../deps/hooks.ts";
import { BASE } from "../page.ts";
import { CaptureView } from "./capture_view.tsx";
import { type Capture, MAX_MIB, readFile } from "./read_file.ts";

/** Shows a capture that the reader drops or chooses, or the example. */
export function PacketsPage() {
  const [capture, setCapture] = useState<Capture>();
  const [problem, setProblem] = useState<string>();
  const [isOver, setOver] = useState(false);

  async function show(file: File | undefined) {
    if (file === undefined) return;
    setProblem(undefined);
    try {
      const read = await readFile(file);
      setProblem(read.problem);
      setCapture(read.packets.length > 0 ? read : undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  async function showExample() {
    const response = await fetch(`${BASE}assets/example.pcap`);
    await show(new File([await response.blob()], "example.pcap"));
  }

  return (
    <>
      <label
        class={`drop ${isOver ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          show(event.dataTransfer?.files[0]);
        }}
      >
        <span>
          Drop a capture here, or choose one (pcap or pcapng, up to {MAX_MIB}
          {" "}
          MiB):
        </span>
        <input
          type="file"
          accept=".pcap,.pcapng,.cap,.gz"
          onChange={({ currentTarget }) => show(currentTarget.files?.[0])}
        />
      </label>
      {capture === undefined && (
        <p>
          <button type="button" onClick={showExample}>
            Show an example: an echo over TCP
          </button>
        </p>
      )}
      {problem !== undefined && (
        <p class="run-note bad" role="alert">{problem}</p>
      )}
      {capture !== undefined && <CaptureView key={capture} capture={capture} />}
    </>
  );
}
