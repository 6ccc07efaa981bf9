// Brings a page back that lost its server, or that never reached it; it stands in the page, before the application.
window.comeback = (() => {
  const FAILED = "showcase.comeback"
  const FIRST_MS = 1000, LONGEST_MS = 60000, PROBE_MS = 2000, GRACE_MS = 1000, LOOK_MS = 100
  const wait = (ms) => new Promise((done) => setTimeout(done, ms))
  const probed = document.querySelector("script[src]")?.src ?? location.href
  let newest = null, isLost = false, isTrying = false, isComing = false, place = null, known = null

  const answers = async () => {
    try {
      return (await fetch(probed, {method: "HEAD", cache: "no-store"})).status < 500
    } catch {
      return false
    }
  }

  // the address has all that is needed to make the page anew; each try in vain waits twice as long as the one before
  const reload = async (first_ms = FIRST_MS) => {
    if (isComing) { return }
    isComing = true
    const failed = Number(sessionStorage.getItem(FAILED) ?? 0)
    sessionStorage.setItem(FAILED, failed + 1)
    await wait(Math.min(first_ms * 2 ** failed, LONGEST_MS))
    while (!await answers()) { await wait(PROBE_MS) }
    if (place !== null) { history.replaceState(history.state, "", place) }
    location.reload()
  }

  // back and forward change the address alone, and nobody else listens; a piece behind # is of one and the same page
  window.addEventListener("popstate", () => { if (location.hash === "") { location.reload() } })

  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    constructor(...all) {
      super(...all)
      if (!all[1]?.includes?.("bokeh")) { return }
      newest = this
      // a page that is being left is gone by then, and one that tries by itself has opened another
      this.addEventListener("close", () => setTimeout(() => {
        if (newest === this && !isTrying) { reload() }
      }, GRACE_MS))
    }
  }

  const follow = (page) => {
    sessionStorage.removeItem(FAILED)
    page.on_event("connection_lost", (_page, lost) => {
      if (!isLost) { place = location.href }
      isLost = true
      isTrying = lost.timeout != null
      // bokeh 3.10 reads what comes over the next socket as the rest of a message that the lost one has cut off
      const connection = lost.connection.deref()
      if (connection) { connection._receiver = new connection._receiver.constructor() }
    })
    page.on_event("client_reconnected", () => { isLost = isTrying = false })
  }

  const look = (tries) => {
    const page = window.Bokeh?.documents?.[0]
    if (page) { follow(page) } else if (tries < 600 || window.Bokeh) { setTimeout(look, LOOK_MS, tries + 1) } else { reload() }
  }
  look(0)

  return {
    // a session says who it is; another one than before knows nothing of what was done in this page
    met: (session) => {
      if (known !== null && known !== session) { reload(0) }
      known = session
    },
  }
})()
