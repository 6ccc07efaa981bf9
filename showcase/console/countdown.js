const SVG = "http://www.w3.org/2000/svg"
const RADIUS = 18
const ROUND = 2 * Math.PI * RADIUS

function circle(name) {
  const node = document.createElementNS(SVG, "circle")
  node.setAttribute("class", name)
  for (const [key, value] of [["cx", 22], ["cy", 22], ["r", RADIUS]]) { node.setAttribute(key, value) }
  return node
}

export function render({model}) {
  const box = document.createElement("div")
  box.className = "countdown"
  box.setAttribute("role", "timer")
  const ring = document.createElementNS(SVG, "svg")
  ring.setAttribute("viewBox", "0 0 44 44")
  ring.setAttribute("aria-hidden", "true")
  const arc = circle("arc")
  ring.append(circle("ground"), arc)
  const number = document.createElement("span")
  box.append(ring, number)

  let end = 0
  const show = () => {
    const left = Math.max((end - performance.now()) / 1000, 0)
    arc.style.strokeDasharray = `${ROUND * Math.min(left / model.whole_s, 1)} ${ROUND}`
    number.textContent = left >= 100 ? `${Math.round(left / 60)}m` : `${Math.ceil(left)}`
    box.setAttribute("aria-label", `${Math.ceil(left)} seconds left`)
  }
  const set = () => { end = performance.now() + model.left_s * 1000; show() }
  const ticking = setInterval(() => { box.isConnected ? show() : undefined }, 200)
  model.on("left_s", set)
  model.on("remove", () => clearInterval(ticking))
  set()
  return box
}
