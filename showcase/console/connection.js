export function render({model, view}) {
  const told = document.createElement("div")
  told.className = "lost-connection" // Panel calls the element around it "connection", after the class
  told.setAttribute("role", "alert")

  const say = (words, again) => {
    told.replaceChildren(words)
    if (again) {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = model.reload
      button.addEventListener("click", () => window.location.reload())
      told.append(" ", button)
    }
    told.classList.add("is-shown")
  }

  // absent where a notebook shows the console: its kernel is no server that could come back
  window.comeback?.met(model.session)
  const page = view.model.document
  page.on_event("connection_lost", (_page, lost) => {
    // the browser gives up after five tries, and the page is then loaded anew as soon as the server answers
    const has_given_up = lost.timeout == null
    say(has_given_up ? model.lost : model.trying, has_given_up)
  })
  page.on_event("client_reconnected", () => told.classList.remove("is-shown"))
  return told
}
