function download(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function canvases(node) {
  const found = []
  const walk = (each) => {
    if (each instanceof HTMLCanvasElement && each.width > 0 && each.getClientRects().length > 0) { found.push(each) }
    if (each.shadowRoot) { each.shadowRoot.childNodes.forEach(walk) }
    each.childNodes.forEach(walk)
  }
  walk(node)
  return found
}

/** The canvases of the smallest part of the page around `node` that has any. */
function around(node) {
  for (let scope = node; scope; scope = scope.parentNode ?? scope.host) {
    const found = canvases(scope)
    if (found.length > 0) { return found }
  }
  return []
}

function png(node) {
  const parts = around(node)
  if (parts.length === 0) { return undefined }
  const boxes = parts.map((each) => each.getBoundingClientRect())
  const left = Math.min(...boxes.map((box) => box.left))
  const top = Math.min(...boxes.map((box) => box.top))
  const right = Math.max(...boxes.map((box) => box.right))
  const bottom = Math.max(...boxes.map((box) => box.bottom))
  const scale = Math.max(window.devicePixelRatio, 2)
  const whole = document.createElement("canvas")
  whole.width = (right - left) * scale
  whole.height = (bottom - top) * scale
  const pen = whole.getContext("2d")
  pen.scale(scale, scale)
  const ground = getComputedStyle(node).getPropertyValue("--mui-palette-background-paper").trim()
  pen.fillStyle = ground || "#ffffff"
  pen.fillRect(0, 0, right - left, bottom - top)
  parts.forEach((each, at) => {
    const box = boxes[at]
    pen.drawImage(each, box.left - left, box.top - top, box.width, box.height)
  })
  return new Promise((resolve) => whole.toBlob(resolve, "image/png"))
}

export function render({model}) {
  const box = document.createElement("div")
  box.className = "tools"
  const button = (label, act) => {
    const made = document.createElement("button")
    made.type = "button"
    made.textContent = label
    made.addEventListener("click", act)
    box.append(made)
    return made
  }
  const table = button("Table", () => { model.has_table = !model.has_table })
  const csv = button("CSV", () => download(new Blob([model.csv], {type: "text/csv"}), `${model.file}.csv`))
  const picture = button("PNG", async () => {
    const blob = await png(box)
    if (blob) { download(blob, `${model.file}.png`) }
  })
  const show = () => {
    table.setAttribute("aria-pressed", String(model.has_table))
    table.hidden = !model.offers_table
    picture.disabled = model.has_table
    table.setAttribute("aria-label", `Table: ${model.says}`)
    csv.setAttribute("aria-label", `CSV: ${model.says}`)
    picture.setAttribute("aria-label", `PNG: ${model.says}`)
  }
  for (const name of ["has_table", "offers_table", "says"]) { model.on(name, show) }
  show()
  return box
}
