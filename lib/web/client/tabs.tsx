/** Shows a row of buttons, one of which is pressed. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }: {
  /** The name of the choice. */
  label: string;
  /** The names and labels. */
  tabs: [Name, string][];
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {tabs.map(([name, text]) => (
        <button
          key={name}
          type="button"
          aria-pressed={chosen === name}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
