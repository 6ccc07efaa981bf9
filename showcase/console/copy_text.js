const DONE_MS = 1600

export function render({model}) {
  const box = document.createElement("div")
  box.className = "copy"
  const code = document.createElement("pre")
  code.tabIndex = 0
  code.setAttribute("role", "group")
  const button = document.createElement("button")
  button.type = "button"
  const said = document.createElement("span")
  said.className = "unseen"
  said.setAttribute("role", "status")
  box.append(code, button, said)

  let resting
  const show = () => {
    code.textContent = model.text
    code.setAttribute("aria-label", model.name_of_text)
    button.textContent = "Copy"
    said.textContent = ""
  }
  const select = () => {
    const range = document.createRange()
    range.selectNodeContents(code)
    const selection = window.getSelection()
    selection.removeAllRanges()
    selection.addRange(range)
  }
  button.addEventListener("click", async () => {
    let word = "Copied"
    try {
      await navigator.clipboard.writeText(model.text)
    } catch {
      select()
      word = "Selected: press Ctrl+C"
    }
    button.textContent = said.textContent = word
    clearTimeout(resting)
    resting = setTimeout(show, DONE_MS)
  })
  model.on("text", show)
  model.on("name_of_text", show)
  model.on("remove", () => clearTimeout(resting))
  show()
  return box
}
