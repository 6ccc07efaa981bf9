const SVG = "http://www.w3.org/2000/svg"

function text(tag, name, content) {
  const node = document.createElement(tag)
  node.className = name
  node.textContent = content
  return node
}

function drawing(path, [width, height]) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  svg.setAttribute("preserveAspectRatio", "none")
  svg.setAttribute("aria-hidden", "true")
  const line = document.createElementNS(SVG, "path")
  line.setAttribute("d", path)
  svg.append(line)
  return svg
}

export function render({model}) {
  const group = document.createElement("div")
  group.className = "cards"
  group.setAttribute("role", "radiogroup")
  group.setAttribute("aria-label", "Preset of demand")
  const buttons = new Map()

  const mark = () => {
    group.classList.toggle("unused", !model.is_used)
    for (const [name, button] of buttons) {
      const chosen = name === model.value
      button.setAttribute("aria-checked", String(chosen))
      button.tabIndex = chosen ? 0 : -1
    }
  }
  const choose = (name) => {
    model.value = name
    model.asked = [name, (model.asked[1] ?? 0) + 1]
    mark()
    buttons.get(name).focus()
  }

  for (const card of model.cards) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "card"
    button.title = card.title
    button.setAttribute("role", "radio")
    button.dataset.preset = card.name
    button.append(
      text("span", "name", card.name),
      text("span", "sentence", card.sentence),
      text("span", "size", card.size),
      drawing(card.path, model.box),
    )
    button.addEventListener("click", () => choose(card.name))
    buttons.set(card.name, button)
    group.append(button)
  }

  const names = [...buttons.keys()]
  group.addEventListener("keydown", (event) => {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key]
    if (step === undefined) { return }
    event.preventDefault()
    const at = names.indexOf(model.value)
    choose(names[(at + step + names.length) % names.length])
  })
  model.on("value", mark)
  model.on("is_used", mark)
  mark()
  return group
}
