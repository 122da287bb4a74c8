// SPDX-License-Identifier: Apache-2.0
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const prefixes = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"], [1e-15, "f"]];

  function digits(value) {
    return String(Number(value.toPrecision(4)));
  }
  // One prefix for all ticks of an axis, chosen by its largest value.
  function scaleFor(largest, unit) {
    if (unit === "%") return { factor: 0.01, unit: "%" };
    if (unit === "m^2") return largest >= 1e-8 ? { factor: 1e-6, unit: "mm²" } : { factor: 1e-12, unit: "µm²" };
    const found = prefixes.find(([factor]) => largest >= factor) || prefixes[prefixes.length - 1];
    return { factor: found[0], unit: found[1] + unit };
  }
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  const charts = [];
  // Horizontal bars: `values` are numbers or [start, end] pairs, one list per series.
  function bars(id, labels, series, unit, options) {
    const box = document.getElementById(id);
    if (!box) return;
    if (labels.length === 0) {
      box.textContent = "Nothing to show.";
      return;
    }
    options = options || {};
    box.style.height = labels.length * 27 + 48 + (series.length > 1 ? 28 : 0) + "px";
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", box.closest(".card").querySelector("h2").textContent + "; the figures are in the tables below");
    box.appendChild(canvas);
    const ends = series.flatMap((one) => one.values.map((value) => (Array.isArray(value) ? value[1] : value)));
    const scale = scaleFor(Math.max(...ends), unit);
    const total = options.total;
    const chart = new Chart(canvas, {
      type: "bar",
      data: {
        labels: labels,
        datasets: series.map((one) => ({
          label: one.label,
          data: one.values.map((value) => (Array.isArray(value) ? value.map((end) => end / scale.factor) : value / scale.factor)),
          backgroundColor: colour(one.colour),
          borderRadius: 3,
          maxBarThickness: 17,
          minBarLength: series.length > 1 ? 0 : 2,  // in a stack it would show what is not there
          token: one.colour,
        })),
      },
      options: {
        indexAxis: "y",
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: "index", axis: "y", intersect: false },
        layout: { padding: { right: total ? 52 : 8 } },
        scales: {
          x: {
            stacked: series.length > 1,
            beginAtZero: true,
            max: options.max ? options.max / scale.factor : undefined,
            border: { display: false },
            grid: { drawBorder: false },
            title: { display: true, text: scale.unit },
            ticks: { maxTicksLimit: 7 },
          },
          y: { stacked: series.length > 1, grid: { display: false, drawBorder: false }, ticks: { autoSkip: false } },
        },
        plugins: {
          legend: { display: series.length > 1, position: "top", align: "start", labels: { boxWidth: 11, boxHeight: 11 } },
          tooltip: {
            callbacks: {
              label: (item) => {
                const raw = item.raw;
                if (Array.isArray(raw)) return digits(raw[0]) + " to " + digits(raw[1]) + " " + scale.unit;
                const share = total ? " (" + ((100 * raw * scale.factor) / total).toFixed(1) + " %)" : "";
                return (item.dataset.label ? item.dataset.label + ": " : "") + digits(raw) + " " + scale.unit + share;
              },
            },
          },
        },
      },
      plugins: total ? [shareLabels(total, scale.factor)] : [],
    });
    charts.push(chart);
  }
  // The share of the whole, written behind each bar.
  function shareLabels(total, factor) {
    return {
      id: "shares",
      afterDatasetsDraw(chart) {
        const context = chart.ctx;
        context.save();
        context.font = "12px " + Chart.defaults.font.family;
        context.fillStyle = colour("--soft");
        context.textBaseline = "middle";
        chart.getDatasetMeta(0).data.forEach((bar, index) => {
          const share = (100 * chart.data.datasets[0].data[index] * factor) / total;
          context.fillText((share > 0 && share < 0.1 ? "<0.1" : share.toFixed(1)) + " %", bar.x + 6, bar.y);
        });
        context.restore();
      },
    };
  }

  function paint() {
    Chart.defaults.color = colour("--soft");
    for (const chart of charts) {
      for (const axis of ["x", "y"]) {
        chart.options.scales[axis].ticks.color = colour(axis === "y" ? "--text" : "--soft");
        chart.options.scales[axis].grid.color = colour("--grid");
      }
      chart.options.scales.x.title.color = colour("--soft");
      chart.options.plugins.legend.labels.color = colour("--text");
      for (const dataset of chart.data.datasets) dataset.backgroundColor = colour(dataset.token);
      chart.update("none");
    }
  }

  function single(id, rows, unit, total) {
    bars(id, rows.map((row) => row.name), [{ values: rows.map((row) => row.value), colour: "--first" }], unit, { total: total });
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  single("energy-component", data.energy_by_component, "J", data.energy);
  single("energy-layer", data.energy_by_layer, "J", data.energy);
  single("area", data.area, "m^2", data.area_total);
  if (data.timeline.length > 0) {
    bars("timeline", data.timeline.map((row) => row.name),
         [{ values: data.timeline.map((row) => [row.start, row.end]), colour: "--first" }], "s", { max: data.latency });
  }
  if (data.units.length > 0) {
    bars("units", data.units.map((row) => row.name),
         [{ label: "busy", values: data.units.map((row) => row.busy), colour: "--first" },
          { label: "waiting", values: data.units.map((row) => row.stall), colour: "--second" }], "%", { max: 1 });
  }
  for (const card of document.querySelectorAll("[data-needs]"))
    if (data[card.dataset.needs].length === 0) card.hidden = true;
  paint();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  window.addEventListener("beforeprint", paint);
  window.addEventListener("afterprint", paint);
})();
