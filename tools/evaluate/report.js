'use strict';
// Makes the versions of each picture one stage: one version left of a divider, another right of it,
// zoomed and moved together. Without this script three versions stand side by side, as on paper.
//
// The address may say how to begin: report.html#left=original&right=avif&divide=30&zoom=4.

const ZOOMS = [1, 2, 3, 4, 6, 8];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

class Stage {
  constructor(picture) {
    this.frame = picture.querySelector('.stage');
    this.versions = [...this.frame.querySelectorAll('.version')];
    this.divide = 0.5;            // of the width
    this.zoom = 1;
    this.center = [0.5, 0.5];     // what lies in the middle, of width and height
    this.pointers = new Map();    // those that are down: where they were last, of the frame
    this.addParts(picture);
    this.listen();
  }

  addParts(picture) {
    this.tags = ['left', 'right'].map((side) => element('span', {className: `tag ${side}`}));
    this.frame.append(element('div', {className: 'divider'}), ...this.tags);
    this.frame.classList.add('live');
    this.frame.tabIndex = 0;
    this.frame.setAttribute('role', 'group');
    this.frame.setAttribute('aria-label',
        'Two versions: arrows move the divider, plus and minus zoom, shift and arrows move the ' +
        'picture, o shows the original');
    const button = (text, label, step) => {
      const made = element('button', {type: 'button', textContent: text, ariaLabel: label});
      made.addEventListener('click', () => this.stepZoom(step));
      return made;
    };
    this.less = button('\u2212', 'Zoom out', -1);
    this.more = button('+', 'Zoom in', 1);
    this.shownZoom = element('output');
    this.range = element('input', {type: 'range', min: 0, max: 100, step: 0.5,
                                   ariaLabel: 'Place of the divider'});
    this.range.addEventListener('input', () => this.set({divide: this.range.value / 100}));
    this.facts = element('div', {className: 'facts'});
    this.controls = element('div', {className: 'controls'}, this.range, this.less, this.shownZoom,
                            this.more);
    for (const name of ['--width', '--height'])
      for (const part of [this.controls, this.facts])
        part.style.setProperty(name, this.frame.style.getPropertyValue(name));
    picture.append(this.controls, this.facts);
  }

  listen() {
    this.frame.addEventListener('pointerdown', (event) => this.pointerDown(event));
    this.frame.addEventListener('pointermove', (event) => this.pointerMove(event));
    for (const name of ['pointerup', 'pointercancel'])
      this.frame.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    this.frame.addEventListener('dblclick', (event) =>
        this.zoomAt(this.place(event), this.zoom > 1 ? 1 : 4));
    this.frame.addEventListener('wheel', (event) => {
      if (!event.ctrlKey) return;  // The page's own scrolling; with Ctrl, or of a pinch on a pad.
      event.preventDefault();
      this.zoomAt(this.place(event), this.zoom * Math.exp(-event.deltaY / 200));
    }, {passive: false});
    this.frame.addEventListener('keydown', (event) => this.keyDown(event));
    this.frame.addEventListener('keyup', (event) => event.key === 'o' && this.hold(false));
    this.frame.addEventListener('blur', () => this.hold(false));
  }

  // Of an event, as shares of the frame's width and height.
  place(event) {
    const box = this.frame.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  pointerDown(event) {
    this.frame.setPointerCapture(event.pointerId);
    const place = this.place(event);
    this.pointers.set(event.pointerId, place);
    if (this.pointers.size > 1) return;  // A pinch begins.
    const near = Math.abs(place[0] - this.divide) * this.frame.clientWidth < 28;
    this.moves = this.zoom > 1 && !near ? 'picture' : 'divider';
    if (this.moves === 'divider') this.set({divide: place[0]});
  }

  pointerMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const place = this.place(event);
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    this.pointers.set(event.pointerId, place);
    if (others.length === 1) {
      const far = others[0][1];
      const apart = (point) => Math.hypot(point[0] - far[0], point[1] - far[1]);
      this.zoomAt(far, this.zoom * apart(place) / Math.max(apart(before), 0.01));
    } else if (this.moves === 'divider') {
      this.set({divide: place[0]});
    } else {
      this.set({center: this.center.map((at, i) => at - (place[i] - before[i]) / this.zoom)});
    }
  }

  keyDown(event) {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const move = step[event.key];
    if (event.key === 'o') this.hold(true);
    else if (event.key === '+' || event.key === '=') this.stepZoom(1);
    else if (event.key === '-') this.stepZoom(-1);
    else if (event.key === '0') this.set({zoom: 1});
    else if (move && event.shiftKey)
      this.set({center: this.center.map((at, i) => at + 0.1 * move[i] / this.zoom)});
    else if (move && move[0]) this.set({divide: this.divide + 0.02 * move[0]});
    else return;
    event.preventDefault();
  }

  stepZoom(step) {
    const next = step > 0 ? ZOOMS.find((zoom) => zoom > this.zoom + 0.01)
                          : ZOOMS.findLast((zoom) => zoom < this.zoom - 0.01);
    if (next) this.set({zoom: next});
  }

  // What lies under the place stays there.
  zoomAt(place, wanted) {
    const zoom = clamp(wanted, 1, 8);
    const center = this.center.map(
        (at, i) => at + (place[i] - 0.5) * (1 / this.zoom - 1 / zoom));
    this.set({zoom, center});
  }

  // The original in both halves for as long as it lasts.
  hold(holding) {
    if (this.holding === holding) return;
    this.holding = holding;
    this.showVersions();
  }

  choose(left, right) {
    [this.left, this.right] = [left, right];
    this.showVersions();
  }

  showVersions() {
    const names = this.holding ? ['original', 'original'] : [this.left, this.right];
    const chosen = names.map((name) => this.versions.find((one) => one.dataset.codec === name));
    for (const version of this.versions) {
      version.classList.toggle('left', version === chosen[0]);
      version.classList.toggle('right', version === chosen[1]);
    }
    this.tags.forEach((tag, i) => tag.textContent = names[i]);
    this.facts.replaceChildren(...chosen.map((version, i) => element('span', {
      textContent: version ? version.querySelector('figcaption').textContent
                           : `${names[i]} cannot hold this picture`})));
  }

  set({divide = this.divide, zoom = this.zoom, center = this.center}) {
    this.divide = clamp(divide, 0, 1);
    this.zoom = zoom;
    this.center = center.map((at) => clamp(at, 0.5 / zoom, 1 - 0.5 / zoom));
    const style = this.frame.style;
    style.setProperty('--divide', `${100 * this.divide}%`);
    style.setProperty('--zoom', zoom);
    // Percentages are of the picture, which is as large as the frame.
    style.setProperty('--x', `${100 * (0.5 - this.center[0] * zoom)}%`);
    style.setProperty('--y', `${100 * (0.5 - this.center[1] * zoom)}%`);
    this.frame.classList.toggle('zoomed', zoom > 1);
    this.range.value = 100 * this.divide;
    this.shownZoom.textContent = `${zoom.toFixed(zoom % 1 ? 1 : 0)}\u00d7`;
    this.less.disabled = zoom <= 1;
    this.more.disabled = zoom >= 8;
  }
}

function start() {
  const section = document.getElementById('pictures');
  if (!section) return;
  const stages = [...section.querySelectorAll('.picture')].map((picture) => new Stage(picture));
  const names = [...new Set(stages.flatMap((stage) => stage.versions.map(
      (version) => version.dataset.codec)))];
  const asked = new URLSearchParams(location.hash.slice(1));
  const select = (name, standard) => {
    const options = names.map((codec) => element('option', {value: codec, textContent: codec}));
    const made = element('select', {name}, ...options);
    made.value = names.includes(asked.get(name)) ? asked.get(name) : standard;
    made.addEventListener('change', showChosen);
    return made;
  };
  const left = select('left', names[1]);                 // ours
  const right = select('right', names[2] ?? names[0]);   // the first of the others
  function showChosen() {
    for (const stage of stages) stage.choose(left.value, right.value);
  }
  section.insertBefore(
      element('div', {className: 'bar'}, element('label', {}, 'left', left),
              element('label', {}, 'right', right),
              element('small', {}, 'Drag the divider; zoom by buttons, double click, pinch or ' +
                                   'Ctrl and wheel; hold O for the original.')),
      section.querySelector('.picture'));
  showChosen();
  const number = (name, low, high, standard) =>
      clamp(Number.parseFloat(asked.get(name)) || standard, low, high);
  for (const stage of stages)
    stage.set({divide: number('divide', 0, 100, 50) / 100, zoom: number('zoom', 1, 8, 1)});
}

start();
