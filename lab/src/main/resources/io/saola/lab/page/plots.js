// The plots of the page: each server a line over the connections, a stroke from the worst round to the best.
// All figures are in the tables as well, so the page says everything without this script.
(() => {
  const groups = JSON.parse(document.getElementById("plots").textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const text = (value) => (value >= 1000 ? grouped.format(value).replaceAll(",", "\u2009") : number.format(value));
  const short = (value) => (value >= 1000 ? number.format(value / 1000) + "k" : number.format(value));
  const HEIGHT = 230;

  const spread = (plot, group) => (u) => {
    const { ctx } = u;
    ctx.save();
    ctx.lineWidth = devicePixelRatio * 1.25;
    group.servers.forEach((server, i) => {
      if (!u.series[i + 1].show) return;
      ctx.strokeStyle = css("--s" + server.color);
      plot.least[i].forEach((least, x) => {
        if (least === null || least === plot.most[i][x]) return;
        const at = u.valToPos(x, "x", true);
        ctx.beginPath();
        ctx.moveTo(at, u.valToPos(least, "y", true));
        ctx.lineTo(at, u.valToPos(plot.most[i][x], "y", true));
        ctx.stroke();
      });
    });
    ctx.restore();
  };

  // What all servers have where the pointer is, the best first.
  const tooltip = (plot, group) => {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    return {
      init: (u) => u.over.append(tip),
      setCursor: (u) => {
        const x = u.cursor.idx;
        tip.hidden = x === null || x === undefined || u.cursor.left < 0;
        if (tip.hidden) return;
        const rows = group.servers
          .map((server, i) => ({ server, value: plot.median[i][x], shown: u.series[i + 1].show }))
          .filter((row) => row.value !== null && row.shown)
          .sort((a, b) => (plot.high ? b.value - a.value : a.value - b.value));
        tip.replaceChildren(
          Object.assign(document.createElement("b"), { textContent: group.connections[x] + " connections" }),
          ...rows.map((row) => {
            const line = document.createElement("div");
            const swatch = document.createElement("i");
            swatch.style.background = `var(--s${row.server.color})`;
            line.append(swatch, row.server.label + "  " + text(row.value));
            return line;
          }),
        );
        const at = u.valToPos(x, "x");
        const left = at > u.over.clientWidth / 2;
        tip.style.left = left ? "auto" : at + 10 + "px";
        tip.style.right = left ? u.over.clientWidth - at + 10 + "px" : "auto";
        tip.style.top = "0";
      },
    };
  };

  // At least a factor of four, so that noise does not look like a slope.
  const around = (u, min, max) => {
    const margin = Math.max(1.25, Math.sqrt((4 * min) / max));
    return [min / margin, max * margin];
  };

  // On a logarithmic axis: powers of ten, and what lies between where there are few of them.
  const decades = (u, axis, min, max) => {
    const wide = Math.log10(max / min);
    const steps = wide > 3.5 ? [1] : wide > 1.2 ? [1, 3] : wide > 0.8 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 8];
    const splits = [];
    for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) {
      splits.push(...steps.map((step) => step * power).filter((value) => value >= min && value <= max));
    }
    return splits;
  };

  const draw = (place, plot, group) => {
    const tip = tooltip(plot, group);
    const last = group.connections.length - 1;
    const axis = { stroke: () => css("--soft"), grid: { stroke: () => css("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const options = {
      width: Math.max(240, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: [-0.2, last + 0.2] },
        y: plot.log ? { distr: 3, log: 10, range: around } : { range: (u, min, max) => [0, max * 1.06] },
      },
      axes: [
        { ...axis, grid: { show: false }, splits: () => group.connections.map((_, i) => i), values: () => group.connections.map(String) },
        { ...axis, size: 46, ...(plot.log ? { splits: decades, filter: (u, splits) => splits } : {}), values: (u, splits) => splits.map((value) => (value === null ? "" : short(value))) },
      ],
      series: [
        {},
        ...group.servers.map((server) => ({
          label: server.label,
          stroke: () => css("--s" + server.color),
          width: server.color === 0 ? 3 : 1.75,
          points: { show: true, size: server.color === 0 ? 8 : 6, fill: () => css("--s" + server.color) },
          spanGaps: true,
        })),
      ],
      hooks: { init: [tip.init], setCursor: [tip.setCursor], draw: [spread(plot, group)] },
    };
    const chart = new uPlot(options, [group.connections.map((_, i) => i), ...plot.median], place);
    new ResizeObserver(() => chart.setSize({ width: Math.max(240, place.clientWidth), height: HEIGHT })).observe(place);
    return chart;
  };

  const charts = [];
  for (const group of groups) {
    // What is drawn last lies on top: Saola, which is named first.
    group.servers.reverse();
    group.plots.forEach((plot) => [plot.median, plot.least, plot.most].forEach((lines) => lines.reverse()));
    const box = document.getElementById(group.id);
    const own = [];
    for (const plot of group.plots) {
      const place = document.createElement("div");
      place.className = "plot";
      const title = document.createElement("h5");
      title.append(plot.title + " ", Object.assign(document.createElement("small"), { textContent: plot.note }));
      place.append(title);
      box.append(place);
      own.push(draw(place, plot, group));
    }
    const legend = document.createElement("div");
    legend.className = "legend";
    [...group.servers.entries()].reverse().forEach(([i, server]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: server.label });
      button.style.setProperty("--c", `var(--s${server.color})`);
      button.setAttribute("aria-pressed", "true");
      button.onclick = () => {
        const show = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(show));
        own.forEach((chart) => chart.setSeries(i + 1, { show }));
      };
      legend.append(button);
    });
    box.after(legend);
    charts.push(...own);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((chart) => chart.redraw()));
})();
