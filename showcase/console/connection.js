const RETRY_MS = 10000
const FORGOTTEN_MS = 12000

export function render({model, view}) {
  const told = document.createElement("div")
  told.className = "connection"
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

  const page = view.model.document
  let lostAt = null
  page.on_event("connection_lost", (_page, lost) => {
    lostAt ??= Date.now()
    const has_given_up = lost.timeout == null
    say(has_given_up ? model.lost : model.trying, has_given_up)
    // the browser gives up after five tries; a laptop that was asleep for an hour comes back all the same
    if (has_given_up) { setTimeout(() => lost.reconnect(), RETRY_MS) }
  })
  page.on_event("client_reconnected", () => {
    // by then the server has let go of this page; the address has all that is needed to make it anew
    if (Date.now() - lostAt > FORGOTTEN_MS) { window.location.reload() }
    lostAt = null
    told.classList.remove("is-shown")
  })
  return told
}
