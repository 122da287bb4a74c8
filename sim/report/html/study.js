// SPDX-License-Identifier: Apache-2.0
// Draws what study_page.cpp describes: lines with bands, bars, heat maps.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const prefixes = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"], [1e-15, "f"]];
  const hues = 8;

  // One prefix for a whole axis, chosen by its largest value.
  function scaleFor(largest, unit) {
    if (unit === "") return { factor: 1, unit: "" };
    if (unit === "%") return { factor: 0.01, unit: "%" };
    const found = prefixes.find(([factor]) => largest >= factor) || prefixes[prefixes.length - 1];
    return { factor: found[0], unit: found[1] + unit };
  }
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  function digits(value) {
    return String(Number(value.toPrecision(4)));
  }
  function titled(axis, scale) {
    return axis.title + (scale.unit === "" ? "" : (axis.title === "" ? "" : ", ") + scale.unit);
  }
  function canvasIn(box, height) {
    box.style.height = height + "px";
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", box.closest(".card").querySelector("h2").textContent + "; the figures are in the tables");
    box.appendChild(canvas);
    return canvas;
  }

  // Colours follow the page's scheme, so a chart is made anew when that changes; it is what Chart.js does reliably.
  const repaints = [];
  function chartIn(canvas, settings) {
    let drawn = null;
    repaints.push(() => {
      if (drawn) drawn.destroy();
      const made = settings();
      Chart.defaults.color = colour("--soft");
      drawn = new Chart(canvas, Object.assign(made, { options: Object.assign({ animation: false, responsive: true, maintainAspectRatio: false }, made.options) }));
    });
  }

  function axisOptions(axis, scale, extra) {
    return Object.assign({
      type: axis.logarithmic ? "logarithmic" : "linear",
      min: axis.min === undefined ? undefined : axis.min / scale.factor,
      max: axis.max === undefined ? undefined : axis.max / scale.factor,
      title: { display: true, text: titled(axis, scale) },
      grid: { drawBorder: false, color: colour("--grid") },
      ticks: { maxTicksLimit: 9, maxRotation: 0 },
    }, extra);
  }

  function lines(box, chart) {
    const points = chart.series.flatMap((one) => one.points);
    const xs = scaleFor(Math.max(...points.map((p) => p.x)), chart.x.unit);
    const ys = scaleFor(Math.max(...points.map((p) => p.y)), chart.y.unit);
    chartIn(canvasIn(box, 400), () => {
      const sets = [];
      chart.series.forEach((one) => {
        const shade = colour(one.plain ? "--soft" : "--hue-" + (one.hue % hues));
        const at = (spread) => one.points.map((p) => ({ x: p.x / xs.factor, y: (p.y + spread * (p.spread || 0)) / ys.factor }));
        sets.push({
          label: one.name, data: at(0), borderColor: shade, backgroundColor: shade, borderWidth: 2, tension: 0, stepped: one.stepped ? "before" : false,
          borderDash: one.dashed ? [5, 4] : [], pointRadius: one.plain ? 0 : 3, showLine: !one.dots,
        });
        if (one.points.some((p) => p.spread)) {
          sets.push({ label: "", data: at(1), borderWidth: 0, pointRadius: 0, fill: false });
          sets.push({ label: "", data: at(-1), borderWidth: 0, pointRadius: 0, fill: "-1", backgroundColor: shade + "26" });
        }
      });
      return {
        type: "line",
        data: { datasets: sets },
        options: {
          interaction: { mode: "nearest", intersect: false },
          scales: { x: axisOptions(chart.x, xs), y: axisOptions(chart.y, ys) },
          plugins: {
            legend: { align: "start", labels: { color: colour("--text"), boxWidth: 18, boxHeight: 2, filter: (item) => item.text !== "" } },
            tooltip: {
              filter: (item) => item.dataset.label !== "",
              callbacks: {
                title: () => "",
                label: (item) => item.dataset.label + ": " + digits(item.parsed.y) + " " + ys.unit + " at " + digits(item.parsed.x) + " " + xs.unit,
              },
            },
          },
        },
      };
    });
  }

  function bars(box, chart) {
    const scale = scaleFor(Math.max(...chart.series.flatMap((one) => one.values)), chart.unit);
    chartIn(canvasIn(box, chart.labels.length * (12 + 17 * chart.series.length) + 76), () => ({
      type: "bar",
      data: {
        labels: chart.labels,
        datasets: chart.series.map((one, i) => ({
          label: one.name, data: one.values.map((value) => value / scale.factor), backgroundColor: colour("--hue-" + (i % hues)), borderRadius: 3, maxBarThickness: 17,
        })),
      },
      options: {
        indexAxis: "y",
        interaction: { mode: "index", axis: "y", intersect: false },
        scales: {
          x: axisOptions({ title: chart.title }, scale, { beginAtZero: true }),
          y: { grid: { display: false, drawBorder: false }, ticks: { autoSkip: false, color: colour("--text") } },
        },
        plugins: {
          legend: { display: chart.series.length > 1, align: "start", labels: { color: colour("--text"), boxWidth: 11, boxHeight: 11 } },
          tooltip: { callbacks: { label: (item) => item.dataset.label + ": " + digits(item.raw) + " " + scale.unit } },
        },
      },
    }));
  }

  // values [rows][columns], 0…1; null where there is nothing. Drawn by hand: a rectangle per value.
  function heat(box, chart) {
    const rows = chart.values.length, columns = Math.max(...chart.values.map((row) => row.length));
    const left = 64, top = 8, below = 40, side = 74;
    const canvas = canvasIn(box, Math.min(460, Math.max(160, rows * 6)) + top + below);
    canvas.style.width = canvas.style.height = "100%";
    const draw = () => {
      const ratio = window.devicePixelRatio || 1, width = box.clientWidth, height = box.clientHeight;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      const w = width - left - side, h = height - top - below;
      const paintCell = (x, y, cw, ch, value) => {
        context.fillStyle = colour("--cell");
        context.fillRect(x, y, cw, ch);
        context.globalAlpha = value;
        context.fillStyle = colour("--first");
        context.fillRect(x, y, cw, ch);
        context.globalAlpha = 1;
      };
      const gap = w / columns > 6 ? 1 : 0;
      chart.values.forEach((row, y) => row.forEach((value, x) => {
        if (value === null) return;
        paintCell(left + (x * w) / columns, top + (y * h) / rows, w / columns - gap + (gap ? 0 : 0.5), h / rows + 0.5, value);
      }));
      context.font = "12px " + Chart.defaults.font.family;
      context.fillStyle = colour("--soft");
      context.textBaseline = "middle";
      context.textAlign = "right";
      chart.row_labels.forEach(([at, text]) => context.fillText(text, left - 8, top + (at * h) / rows + 6));
      context.textAlign = "left";
      context.textBaseline = "top";
      let clear = -1;
      chart.column_labels.forEach(([at, text]) => {
        const x = left + (at * w) / columns;
        context.fillRect(x, top + h, 1, 6);
        if (x < clear) return;
        context.fillText(text, x + 3, top + h + 4);
        clear = x + 10 + context.measureText(text).width;
      });
      context.fillText(chart.x_title, left, top + h + 22);
      for (let i = 0; i < 20; ++i) paintCell(left + w + 18, top + (i * h) / 20, 12, h / 20 + 0.5, 1 - i / 19);
      context.fillStyle = colour("--soft");
      context.textBaseline = "top";
      context.fillText("100 %", left + w + 34, top);
      context.textBaseline = "bottom";
      context.fillText("0 %", left + w + 34, top + h);
    };
    window.addEventListener("resize", draw);
    repaints.push(draw);
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const kinds = { lines: lines, bars: bars, heat: heat };
  for (const chart of data.charts) kinds[chart.kind](document.getElementById(chart.id), chart);
  function paint() {
    for (const repaint of repaints) repaint();
  }
  paint();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  window.addEventListener("beforeprint", paint);
  window.addEventListener("afterprint", paint);
})();
