// Looks at addresses in a headless Chromium and says what it saw, as JSON. stdin: { "browser": path, "shots": folder or null, "looks": [ { "url", "width", "scheme" } ] }
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { browser: executablePath, shots, looks } = JSON.parse(readFileSync(0, 'utf8'));
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath, args: flags });
const seen = [];
for (const [number, look] of looks.entries()) {
  // The page's policy allows no script at all; what is run here is not the page's.
  const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, colorScheme: look.scheme, bypassCSP: look.rules });
  const page = await context.newPage();
  const complaints = [], requests = [];
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => requests.push(request.url()));
  const answer = await page.goto(look.url, { waitUntil: 'load' });
  const facts = await page.evaluate(() => {
    const visible = element => element.checkVisibility({ visibilityProperty: true });
    return {
      title: document.title,
      language: document.documentElement.lang,
      text: document.body.innerText,
      elements: document.querySelectorAll('*').length,
      scripts: document.querySelectorAll('script').length,
      scrollWidth: document.documentElement.scrollWidth,
      headings: [...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1])),
      landmarks: [...document.querySelectorAll('header, nav, main')].map(l => l.tagName.toLowerCase()),
      figures: [...document.querySelectorAll('figure')].map(f => ({
        id: f.id,
        name: document.getElementById(f.getAttribute('aria-labelledby'))?.textContent ?? '',
        charts: f.querySelectorAll('svg[role=img]').length,
        tables: f.querySelectorAll('table').length,
        rows: f.querySelectorAll('table tbody tr').length,
        pin: f.querySelector('a.pin')?.getAttribute('href') ?? null,
      })),
      // A chart is named; what is drawn lies within it, and its text does not lie on other text.
      charts: [...document.querySelectorAll('svg[role=img]')].filter(visible).map(svg => ({
        name: svg.getAttribute('aria-label') ?? '',
        width: svg.getBoundingClientRect().width,
        ticks: [...svg.querySelectorAll('text')].filter(visible).map(t => t.textContent),
        outside: [...svg.querySelectorAll('text')].filter(visible).filter(t => t.getBoundingClientRect().right > innerWidth || t.getBoundingClientRect().left < 0).length,
        broken: [...svg.querySelectorAll('[d], [x], [y], [cx], [cy], [width], [height]')].filter(e => [...e.attributes].some(a => /NaN|Infinity|∞/.test(a.value))).length,
      })),
      captionless: [...document.querySelectorAll('table')].filter(t => !t.caption?.textContent.trim()).length,
      links: [...new Set([...document.querySelectorAll('a[href]')].map(a => a.href))],
    };
  });
  if (shots) await page.screenshot({ path: join(shots, `${look.name ?? number}-${look.width}-${look.scheme}.png`), fullPage: true });
  await page.emulateMedia({ media: 'print' });
  facts.print = await page.evaluate(() => ({ background: getComputedStyle(document.body).backgroundColor, controls: [...document.querySelectorAll('nav, summary, .pin')].filter(e => e.checkVisibility()).length }));
  await page.emulateMedia({ media: 'screen' });
  await page.keyboard.press('Tab');
  facts.firstFocus = await page.evaluate(() => ({ text: document.activeElement?.textContent?.trim() ?? '', outline: getComputedStyle(document.activeElement).outlineStyle }));
  if (look.rules) {
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    facts.violations = result.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 200)) }));
  }
  seen.push({ ...look, status: answer?.status() ?? 0, complaints, requests, ...facts });
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
