import { useToasts } from "../lib/toasts";

export function Toasts() {
  const toasts = useToasts();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} class={`toast ${toast.bad ? "bad" : ""}`}>
          <span>{toast.text}</span>
          {toast.undo && (
            <span class="row">
              <button onClick={toast.now}>Write now</button>
              <button onClick={toast.undo}>Undo <kbd>Ctrl Z</kbd></button>
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
