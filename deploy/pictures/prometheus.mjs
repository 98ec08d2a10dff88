// The queries of a dashboard, asked as Grafana asks them.

/** What Grafana would put in place of a dashboard's variables: everything chosen, the price as the dashboard has it. */
export function variables(dashboard, range, step) {
  const price = dashboard.templating.list.find(variable => variable.name === 'price');
  // Grafana takes four scrape intervals at least.
  return { __range: `${range.to - range.from}s`, __rate_interval: `${4 * step}s`, namespace: '.*', model: '.*', ...(price && { price: price.query }) };
}

/** The answers to all queries of a panel: series in time, or instant values where the target says so. */
export async function ask(server, panel, values, range, step) {
  const series = [];
  for (const target of panel.targets) {
    const query = target.expr.replace(/\$(\w+)/g, (_, name) => {
      if (!(name in values)) throw new Error(`${panel.title}: no variable ${name}`);
      return values[name];
    });
    const parameters = target.instant ? { query, time: range.to } : { query, start: range.from, end: range.to, step };
    const answer = await fetch(`${server}/api/v1/query${target.instant ? '' : '_range'}`, { method: 'POST', body: new URLSearchParams(parameters) });
    const body = await answer.json();
    if (body.status !== 'success') throw new Error(`${panel.title}: ${body.error}`);
    for (const { metric, value, values: points } of body.data.result) {
      const name = target.legendFormat.replace(/{{\s*(\w+)\s*}}/g, (_, label) => metric[label] ?? '') || JSON.stringify(metric);
      series.push({ name, labels: metric, points: (points ?? [value]).map(([time, text]) => [time, Number(text.replace('Inf', 'Infinity'))]) });
    }
  }
  return series;
}
