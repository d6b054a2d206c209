// Draws a network on a canvas: places come from the page, so the picture is always the same.
// Pan by dragging, zoom by wheel, pinch, buttons or keys; a click on an account goes to its row.
"use strict";

function drawGraph(figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.graph).textContent);
  const canvas = figure.querySelector("canvas");
  const tip = figure.querySelector(".tip");
  const live = figure.querySelector(".live");
  const pen = canvas.getContext("2d");
  const count = data.x.length;
  const biggest = Math.max(1, ...data.size.slice(0, 5000));
  const most = data.objects.length ? data.objects[0] : 1;
  const shown = data.signals.map(() => true);
  const neighbours = new Map();
  const QUICK = 4000; // lines drawn while the picture moves
  let view = { scale: 1, x: 0, y: 0 };
  let width = 0, height = 0, chosen = -1, moving = 0, asked = false, touched = false;
  let colours = {};

  for (let i = 0; i < data.from.length; i++) {
    for (const [one, other] of [[data.from[i], data.to[i]], [data.to[i], data.from[i]]]) {
      if (!neighbours.has(one)) neighbours.set(one, new Set());
      neighbours.get(one).add(other);
    }
  }

  const radius = (i) => {
    const crowd = Math.max(1, Math.sqrt(count / 60));
    return Math.max(1.6, (4 + 6 * Math.sqrt(data.size[i] / biggest)) / crowd) * Math.min(2.2, Math.sqrt(view.scale / start().scale));
  };
  const at = (i) => [data.x[i] * view.scale + view.x, data.y[i] * view.scale + view.y];
  const start = () => {
    const scale = (Math.min(width, height) - 56) / 10000;
    return { scale, x: (width - 10000 * scale) / 2, y: (height - 10000 * scale) / 2 };
  };

  // Colours are read from the legend, so that the drawing follows the theme.
  function readColours() {
    const colour = (selector) => getComputedStyle(figure.querySelector(selector)).color;
    const style = getComputedStyle(canvas.parentElement);
    colours = {
      bands: [0, 1, 2].map((band) => colour(`.band${band}`)),
      signals: data.signals.map((_, i) => colour(`.s${i % 8}`)),
      ink: getComputedStyle(document.body).color,
      paper: style.backgroundColor,
    };
  }

  function fit() {
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    width = box.width;
    height = box.height;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!touched) view = start();
  }

  function strokeLines(strength, signal, limit, near) {
    pen.beginPath();
    for (let i = 0; i < limit; i++) {
      if (data.signal[i] !== signal || level(data.objects[i]) !== strength) continue;
      if (near >= 0 && data.from[i] !== near && data.to[i] !== near) continue;
      const [ax, ay] = at(data.from[i]);
      const [bx, by] = at(data.to[i]);
      if (Math.max(ax, bx) < 0 || Math.min(ax, bx) > width) continue;
      if (Math.max(ay, by) < 0 || Math.min(ay, by) > height) continue;
      pen.moveTo(ax, ay);
      pen.lineTo(bx, by);
    }
    pen.stroke();
  }

  // Three strengths of line: by the objects a pair shares, against the strongest pair.
  const level = (objects) => (objects > 0.66 * most ? 2 : objects > 0.33 * most ? 1 : 0);

  function lines(limit, near, boost) {
    const thin = Math.min(1, 12 / Math.sqrt(data.from.length + 1));
    for (let signal = 0; signal < shown.length; signal++) {
      if (!shown[signal]) continue;
      pen.strokeStyle = colours.signals[signal];
      for (let strength = 0; strength < 3; strength++) {
        pen.globalAlpha = Math.min(1, (0.14 + 0.2 * strength) * (0.4 + thin) * boost);
        pen.lineWidth = 0.6 + 0.7 * strength * Math.max(thin, 0.4);
        strokeLines(strength, signal, limit, near);
      }
    }
    pen.globalAlpha = 1;
  }

  function dots(near) {
    const close = near >= 0 ? neighbours.get(near) || new Set() : null;
    for (let band = 2; band >= 0; band--) {
      pen.fillStyle = band === 2 ? colours.paper : colours.bands[band];
      pen.strokeStyle = band === 2 ? colours.bands[2] : colours.paper;
      pen.lineWidth = count > 2000 ? 0.4 : 1.2;
      for (let i = 0; i < count; i++) {
        if (data.band[i] !== band) continue;
        const [x, y] = at(i);
        if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
        pen.globalAlpha = close && i !== near && !close.has(i) ? 0.25 : 1;
        pen.beginPath();
        pen.arc(x, y, radius(i), 0, 7);
        pen.fill();
        pen.stroke();
      }
    }
    pen.globalAlpha = 1;
  }

  // Names where there is room: the accounts that acted together most come first.
  const order = [...Array(count).keys()].filter((i) => data.name[i]).sort((a, b) => data.size[b] - data.size[a]).slice(0, 400);
  function labels(near) {
    const taken = [];
    const room = near >= 0 || count < 300 ? 60 : Math.min(60, 8 * (view.scale / start().scale) ** 2);
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.lineWidth = 3;
    pen.strokeStyle = colours.paper;
    pen.fillStyle = colours.ink;
    pen.lineJoin = "round";
    for (const i of near >= 0 ? [near, ...order.filter((j) => neighbours.get(near)?.has(j))] : order) {
      const [x, y] = at(i);
      if (!data.name[i] || x < 0 || y < 0 || x > width || y > height) continue;
      const text = short(data.name[i]);
      const half = pen.measureText(text).width / 2 + 3;
      const top = y + radius(i) + 2;
      const box = [Math.min(Math.max(x, half), width - half), top, half];
      if (taken.some(([a, b, c]) => Math.abs(a - box[0]) < c + half && Math.abs(b - top) < 15)) continue;
      taken.push(box);
      pen.strokeText(text, box[0], top + 11);
      pen.fillText(text, box[0], top + 11);
      if (taken.length >= room) break;
    }
  }
  const short = (name) => (name.length > 22 ? [...name].slice(0, 21).join("") + "…" : name);

  function draw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  }

  function paint() {
    asked = false;
    pen.clearRect(0, 0, width, height);
    const limit = moving ? Math.min(QUICK, data.from.length) : data.from.length;
    lines(limit, -1, chosen >= 0 ? 0.35 : 1);
    if (chosen >= 0) lines(data.from.length, chosen, 2.5);
    dots(chosen);
    if (!moving) labels(chosen);
  }

  function move(change) {
    touched = true;
    change();
    clearTimeout(moving);
    moving = setTimeout(() => { moving = 0; draw(); }, 140);
    draw();
  }

  function zoom(factor, x = width / 2, y = height / 2) {
    const least = start().scale * 0.5;
    const scale = Math.min(Math.max(view.scale * factor, least), least * 200);
    const real = scale / view.scale;
    move(() => { view = { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real }; });
  }

  // The account nearest to a point, through a grid of cells.
  const cells = new Map();
  const cell = (x, y) => Math.floor(x / 250) * 1000 + Math.floor(y / 250);
  for (let i = 0; i < count; i++) {
    const key = cell(data.x[i], data.y[i]);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(i);
  }
  function nearest(px, py) {
    const x = (px - view.x) / view.scale, y = (py - view.y) / view.scale;
    let best = -1, least = 16;
    for (let a = -1; a <= 1; a++) for (let b = -1; b <= 1; b++) {
      for (const i of cells.get(cell(x + 250 * a, y + 250 * b)) || []) {
        const [nx, ny] = at(i);
        const far = Math.hypot(nx - px, ny - py) - radius(i);
        if (far < least) { least = far; best = i; }
      }
    }
    return least < 8 ? best : -1;
  }

  function choose(i) {
    if (i === chosen) return;
    chosen = i;
    tip.hidden = i < 0;
    if (i >= 0) {
      const partners = neighbours.get(i)?.size || 0;
      tip.textContent = `${data.name[i] || "Counted, not named"}: together on ${data.size[i]} occasions, with ${partners} ${partners === 1 ? "account" : "accounts"}`;
      live.textContent = tip.textContent;
      const [x, y] = at(i);
      const box = tip.getBoundingClientRect();
      tip.style.transform = `translate(${Math.min(Math.max(x + 12, 4), Math.max(4, width - box.width - 8))}px, ${Math.max(4, y - box.height - 10)}px)`;
    }
    draw();
  }

  function visit(i) {
    if (i < 0 || !data.row[i]) return;
    document.querySelectorAll(".members .chosen").forEach((row) => row.classList.remove("chosen"));
    const row = document.getElementById(data.row[i]);
    row.classList.add("chosen");
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  }

  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const fingers = new Map();
  let pressed = null;
  canvas.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, point(event));
    pressed = { at: point(event), far: 0 };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = point(event), before = fingers.get(event.pointerId);
    if (!before) { choose(nearest(...now)); return; }
    const dx = now[0] - before[0], dy = now[1] - before[1];
    pressed.far += Math.hypot(dx, dy);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const factor = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.hypot(before[0] - other[0], before[1] - other[1]);
      zoom(factor, other[0], other[1]);
    } else if (pressed.far > 4) {
      move(() => { view.x += dx; view.y += dy; });
    }
    fingers.set(event.pointerId, now);
  });
  const release = (event) => {
    fingers.delete(event.pointerId);
    if (event.type === "pointerup" && pressed && pressed.far <= 4) {
      choose(nearest(...point(event)));
      visit(chosen);
    }
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => choose(-1));
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // the page keeps its own scrolling
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.002), ...point(event));
  }, { passive: false });

  const keys = {
    "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3),
    "0": () => move(() => { view = start(); }),
    ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
    Enter: () => visit(chosen), Escape: () => choose(-1),
  };
  function step(by) {
    const next = (Math.max(chosen, by < 0 ? 0 : -1) + by + count) % count;
    const [x, y] = at(next);
    if (x < 20 || y < 20 || x > width - 20 || y > height - 20) move(() => { view.x += width / 2 - x; view.y += height / 2 - y; });
    choose(next);
  }
  canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const tools = { in: keys["+"], out: keys["-"], all: keys["0"] };
  figure.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", tools[button.dataset.do]));
  figure.querySelectorAll("[data-signal]").forEach((box) => box.addEventListener("change", () => {
    shown[Number(box.dataset.signal)] = box.checked;
    draw();
  }));

  const again = () => { readColours(); fit(); paint(); };
  again();
  new ResizeObserver(again).observe(canvas);
  return again;
}
