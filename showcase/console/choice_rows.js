function cell(content, name) {
  const node = document.createElement("span")
  node.className = name
  node.textContent = content
  return node
}

export function render({model}) {
  const list = document.createElement("div")
  list.className = "list"
  list.setAttribute("role", "radiogroup")
  let buttons = new Map()

  const mark = () => {
    const known = buttons.has(model.value)
    let isFirst = true
    for (const [key, button] of buttons) {
      const chosen = key === model.value
      button.setAttribute("aria-checked", String(chosen))
      button.tabIndex = chosen || (!known && isFirst) ? 0 : -1
      isFirst = false
    }
  }
  const choose = (key) => {
    model.value = key
    mark()
    buttons.get(key).focus()
  }
  const fill = () => {
    const hadFocus = list.contains(list.getRootNode().activeElement)
    list.setAttribute("aria-label", model.label)
    list.style.setProperty("--widths", model.widths)
    list.style.setProperty("--narrow", model.narrow || model.widths)
    const heads = document.createElement("div")
    heads.className = "heads"
    heads.setAttribute("aria-hidden", "true")
    heads.append(...model.heads.map((head) => cell(head, "head")))
    buttons = new Map()
    for (const row of model.rows) {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "row"
      button.setAttribute("role", "radio")
      button.dataset.key = row.key
      button.title = row.cells[0]
      row.cells.forEach((content, at) => {
        const node = cell(content, at === 0 ? "cell first" : "cell")
        if (at === 0 && row.mark) {
          node.textContent = ""
          node.append(cell(content, "words"), cell(row.mark, "mark"))
        }
        button.append(node)
      })
      button.addEventListener("click", () => choose(row.key))
      buttons.set(row.key, button)
    }
    list.replaceChildren(heads, ...buttons.values())
    mark()
    if (hadFocus) { buttons.get(model.value)?.focus() }
  }

  list.addEventListener("keydown", (event) => {
    const keys = [...buttons.keys()]
    const at = keys.findIndex((key) => buttons.get(key) === list.getRootNode().activeElement)
    const to = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: keys.length - 1}[event.key]
    if (to === undefined || keys.length === 0) { return }
    event.preventDefault()
    choose(keys[(to + keys.length) % keys.length])
  })
  model.on("value", mark)
  for (const name of ["rows", "heads", "widths", "label"]) { model.on(name, fill) }
  fill()
  return list
}
