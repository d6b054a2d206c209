// The picture of a network. Places come from the server, so that everybody sees the same one.

import { MultiGraph } from "graphology";
import { useEffect, useRef, useState } from "preact/hooks";
import Sigma from "sigma";
import type { Shapes } from "../api/client";
import { count } from "../lib/format";

type Graph = Shapes["Graph"];
type Node = Shapes["Node"];
export type Colour = "signal" | "kind" | "platform" | "part";

export const SURE = 0.9;
const CLICK = 400; // milliseconds in which the click that ends a lasso reaches the picture

export const ofNode = (node: Node, by: Colour): string =>
  by === "kind" ? node.kind
  : by === "platform" ? node.platform || "platform unknown"
  : by === "signal" ? (node.signals ?? "").split(" ")[0] || "no signal"
  : node.probability == null ? "group"
  : node.probability >= SURE ? "member" : "counted, not named";

/** A colour of the palette as the canvas needs it: `rgb(…)`. */
function tone(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  const numbers = found.match(/[\d.]+/g) ?? ["128", "128", "128"];
  return `rgb(${numbers.slice(0, 3).map(Math.round as unknown as (n: string) => number).join(",")})`;
}

const numbers = (rgb: string): number[] => (rgb.match(/\d+/g) ?? []).map(Number);

/** A colour as it looks through paper: a canvas adds up half-transparent lines to a glare. */
function faded(rgb: string, by: number, paper: string): string {
  const back = numbers(paper);
  return `rgb(${numbers(rgb).map((part, place) => Math.round(part * by + (back[place] ?? 255) * (1 - by))).join(",")})`;
}

interface Props {
  graph: Graph;
  by: Colour;
  tones: Record<string, number>;
  chosen: ReadonlySet<string>;
  lasso: boolean;
  onChoose: (accounts: string[], add: boolean) => void;
  onEdge: (one: string, other: string, signal: string) => void;
  onGroup: (group: string) => void;
}

export function Picture({ graph, by, tones, chosen, lasso, onChoose, onEdge, onGroup }: Props) {
  const at = useRef<HTMLDivElement>(null);
  const sigma = useRef<Sigma>(null);
  const [tip, setTip] = useState("");
  const [failed, setFailed] = useState(false);
  const theme = useTheme();
  const lassoed = useRef(-Infinity);
  const acts = useRef({ onChoose, onEdge, onGroup, chosen });
  acts.current = { onChoose, onEdge, onGroup, chosen };

  useEffect(() => {
    if (!at.current) return;
    const paper = tone("--sheet");
    const drawn = drawing(graph, by, tones);
    let made: Sigma;
    try {
      made = new Sigma(drawn, at.current, settings(graph));
    } catch {
      setFailed(true);
      return;
    }
    sigma.current = made;
    (at.current as HTMLDivElement & { sigma?: Sigma }).sigma = made;
    let over = "";
    const look = (node: string): void => {
      over = node;
      const about = drawn.getNodeAttributes(node);
      setTip(node ? `${about.label}${about.about}` : "");
      made.refresh({ skipIndexation: true });
    };
    made.setSetting("nodeReducer", (node, data) => {
      const near = !over || node === over || drawn.areNeighbors(node, over);
      const picked = acts.current.chosen.has(node);
      return { ...data, color: near ? data.color : faded(data.color, 0.15, paper), label: near ? data.label : "", highlighted: picked || node === over, zIndex: picked ? 2 : 1 };
    });
    made.setSetting("edgeReducer", (edge, data) =>
      over && !drawn.hasExtremity(edge, over) ? { ...data, hidden: true } : data,
    );
    made.on("enterNode", ({ node }) => look(node));
    made.on("leaveNode", () => {
      over = "";
      setTip("");
      made.refresh({ skipIndexation: true });
    });
    made.on("clickNode", ({ node, event }) => {
      if (graph.grouped) acts.current.onGroup(node);
      else acts.current.onChoose([node], !!(event.original as MouseEvent).shiftKey);
    });
    made.on("enterEdge", ({ edge }) => setTip(drawn.getEdgeAttribute(edge, "about")));
    made.on("leaveEdge", () => setTip(""));
    made.on("clickEdge", ({ edge }) => {
      if (!graph.grouped) acts.current.onEdge(drawn.source(edge), drawn.target(edge), drawn.getEdgeAttribute(edge, "signal"));
    });
    made.on("clickStage", () => {
      if (performance.now() - lassoed.current > CLICK) acts.current.onChoose([], false);
    });
    return () => {
      made.kill();
      sigma.current = null;
    };
  }, [graph, by, theme]);

  useEffect(() => void sigma.current?.refresh({ skipIndexation: true }), [chosen]);

  const zoom = (factor: number): void => {
    const camera = sigma.current?.getCamera();
    if (camera) void camera.animate({ ratio: camera.ratio * factor }, { duration: 150 });
  };
  const pan = (x: number, y: number): void => {
    const camera = sigma.current?.getCamera();
    if (camera) camera.setState({ x: camera.x + x * camera.ratio, y: camera.y + y * camera.ratio });
  };
  const keys: Record<string, () => void> = {
    "+": () => zoom(0.7), "-": () => zoom(1.4), "0": () => void sigma.current?.getCamera().animatedReset(),
    ArrowLeft: () => pan(-0.1, 0), ArrowRight: () => pan(0.1, 0), ArrowUp: () => pan(0, 0.1), ArrowDown: () => pan(0, -0.1),
  };
  const says = `Drawing of ${count(graph.nodes.length)} ${graph.grouped ? "groups of accounts" : "accounts"} and ${count(graph.edges.source.length)} lines. Arrow keys move it, plus and minus zoom, 0 shows all. The table below says the same.`;
  return (
    <div class="stage">
      <div
        class="canvas"
        ref={at}
        tabIndex={0}
        role="img"
        aria-label={says}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (act) {
            event.preventDefault();
            act();
          }
        }}
      />
      {failed && <p class="empty">This browser cannot draw it (no WebGL). The table below says the same.</p>}
      <div class="tools">
        <button aria-label="Zoom in" onClick={() => zoom(0.7)}>+</button>
        <button aria-label="Zoom out" onClick={() => zoom(1.4)}>−</button>
        <button onClick={() => void sigma.current?.getCamera().animatedReset()}>All</button>
      </div>
      {lasso && <Lasso inside={(points) => ((lassoed.current = performance.now()), onChoose(within(sigma.current, graph, points), true))} />}
      {tip && <p class="tip" aria-live="polite">{tip}</p>}
    </div>
  );
}

/** Changes when the theme does: a canvas keeps the colours it was drawn in. */
function useTheme(): number {
  const [turn, set] = useState(0);
  useEffect(() => {
    const changed = (): void => set((before) => before + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(changed);
    system.addEventListener("change", changed);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => (system.removeEventListener("change", changed), chosen.disconnect());
  }, []);
  return turn;
}

function drawing(graph: Graph, by: Colour, tones: Record<string, number>): MultiGraph {
  const drawn = new MultiGraph();
  const colours = Object.fromEntries(Object.entries(tones).map(([name, place]) => [name, tone(`--s${place % 8}`)]));
  const edge = tone("--edge");
  const paper = tone("--sheet");
  const fits = Math.min(1, Math.sqrt((graph.grouped ? 25 : 250) / graph.nodes.length));
  const most = Math.max(1, ...graph.nodes.map((node) => (graph.grouped ? node.accounts : node.together ?? 0)));
  for (const node of graph.nodes) {
    const weight = (graph.grouped ? node.accounts : node.together ?? 0) / most;
    drawn.addNode(node.account, {
      x: node.x,
      y: node.y,
      size: fits * ((graph.grouped ? 8 : 3) + (graph.grouped ? 22 : 7) * Math.sqrt(weight)),
      color: node.probability != null && node.probability < SURE ? faded(colours[ofNode(node, by)] ?? edge, 0.45, paper) : (colours[ofNode(node, by)] ?? edge),
      label: node.handle ?? node.name ?? node.account,
      about: graph.grouped ? "" : `, ${node.kind}${node.platform ? ` on ${node.platform}` : ""}, ${count(node.together)} joint occasions`,
    });
  }
  const { source, target, signal, objects, q } = graph.edges;
  const strongest = Math.max(1, ...objects);
  source.forEach((from, place) => {
    const name = signal[place] ?? "";
    drawn.addEdge(graph.nodes[from]!.account, graph.nodes[target[place]!]!.account, {
      size: 0.4 + 3 * Math.sqrt((objects[place] ?? 0) / strongest),
      color: faded(by === "signal" ? (colours[name] ?? edge) : edge, source.length > 2000 ? 0.28 : 0.5, paper),
      signal: name,
      about: `${name}: ${count(objects[place])} objects together, q = ${q[place] ?? "–"}. Open to see the posts.`,
    });
  });
  return drawn;
}

const settings = (graph: Graph) => ({
  labelColor: { color: tone("--ink") },
  labelFont: "system-ui, sans-serif",
  labelRenderedSizeThreshold: graph.nodes.length > 300 ? 9 : 6,
  labelDensity: 0.6,
  enableEdgeEvents: graph.edges.source.length <= 8000,
  hideEdgesOnMove: graph.edges.source.length > 8000,
  zIndex: true,
  minCameraRatio: 0.02,
  maxCameraRatio: 4,
  defaultDrawNodeHover: hover,
});

/** The label of the account one looks at, readable in both themes. */
function hover(context: CanvasRenderingContext2D, data: { x: number; y: number; size: number; label?: string | null; color: string }): void {
  context.strokeStyle = tone("--ink");
  context.lineWidth = 2;
  context.beginPath();
  context.arc(data.x, data.y, data.size + 2, 0, 2 * Math.PI);
  context.stroke();
  if (!data.label) return;
  context.font = "600 13px system-ui, sans-serif";
  const width = context.measureText(data.label).width + 10;
  context.fillStyle = tone("--sheet");
  context.fillRect(data.x + data.size + 4, data.y - 11, width, 22);
  context.fillStyle = tone("--ink");
  context.fillText(data.label, data.x + data.size + 9, data.y + 4.5);
}

type Points = [number, number][];

function Lasso({ inside }: { inside: (points: Points) => void }) {
  const [points, set] = useState<Points>([]);
  const place = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  return (
    <svg
      class="lasso"
      aria-hidden="true"
      onPointerDown={(event) => {
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        set([place(event)]);
      }}
      onPointerMove={(event) => {
        const next = place(event);
        set((before) => (before.length ? [...before, next] : before));
      }}
      onPointerUp={() => {
        if (points.length > 2) inside(points);
        set([]);
      }}
    >
      {points.length > 1 && <polygon points={points.map((point) => point.join(",")).join(" ")} />}
    </svg>
  );
}

function within(sigma: Sigma | null, graph: Graph, points: Points): string[] {
  if (!sigma) return [];
  return graph.nodes
    .filter((node) => {
      const about = sigma.getNodeDisplayData(node.account);
      if (!about) return false;
      const { x, y } = sigma.framedGraphToViewport(about);
      return encloses(points, x, y);
    })
    .map((node) => node.account);
}

/** Whether a point lies in a polygon: how many of its sides a ray crosses. */
export function encloses(points: Points, x: number, y: number): boolean {
  let inside = false;
  points.forEach(([ax, ay], place) => {
    const [bx, by] = points[(place || points.length) - 1]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}
