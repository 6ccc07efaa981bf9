export function render({model}) {
  const zone = document.createElement("div")
  zone.className = "zone"
  const input = document.createElement("input")
  input.type = "file"
  input.id = "file"
  const label = document.createElement("label")
  label.htmlFor = "file"
  const hint = document.createElement("p")
  const line = document.createElement("p")
  line.setAttribute("role", "status")
  const bar = document.createElement("progress")
  bar.max = 1
  bar.hidden = true
  bar.setAttribute("aria-label", "Share of the file that has arrived")
  zone.append(input, label, hint, line, bar)

  let file = null
  const words = () => {
    label.textContent = model.label
    hint.textContent = model.hint
  }
  const say = (text, isBad = false) => {
    line.textContent = text
    line.className = isBad ? "bad" : ""
  }
  const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`
  const take = (chosen) => {
    if (!chosen) { return }
    file = chosen
    bar.value = 0
    bar.hidden = false
    say(`${file.name}, ${megabytes(file.size)}`)
    model.send_msg({kind: "begin", name: file.name, size: file.size})
  }
  const end = () => {
    file = null
    bar.hidden = true
    input.value = ""
  }

  input.addEventListener("change", () => take(input.files[0]))
  zone.addEventListener("dragover", (event) => {
    event.preventDefault()
    zone.classList.add("over")
  })
  zone.addEventListener("dragleave", () => zone.classList.remove("over"))
  zone.addEventListener("drop", (event) => {
    event.preventDefault()
    zone.classList.remove("over")
    take(event.dataTransfer.files[0])
  })
  model.on("msg:custom", async (answer) => {
    const said = answer.data ?? answer
    if (said.kind === "refused") {
      say(said.message, true)
      end()
    } else if (said.kind === "whole") {
      say(file ? `${file.name} has arrived` : "")
      end()
    } else if (said.kind === "more" && file) {
      bar.value = said.from / file.size
      say(`${file.name}: ${megabytes(said.from)} of ${megabytes(file.size)}`)
      try {
        const bytes = await file.slice(said.from, said.from + model.chunk_bytes).arrayBuffer()
        model.send_msg({kind: "part", bytes})
      } catch (error) {
        say("The file cannot be read any more; it was moved or changed. Choose it again.", true)
        model.send_msg({kind: "stop"})
        end()
      }
    }
  })
  model.on("hint", words)
  model.on("label", words)
  words()
  return zone
}
