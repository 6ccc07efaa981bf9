const NEAR = "400px 0px 100px 0px"  // a card is at most 400 px high: what shows its end has its top in here
const SETTLE_MS = 120  // while a page is laid out its cards are all in one place for some frames

export function render({model}) {
  const mark = document.createElement("div")
  if (model.seen) { return mark }
  const told = () => { model.seen = true }
  if (!("scrollMargin" in IntersectionObserver.prototype)) { told() } else {
    let isSettled = false
    // watched anew it is told where it is, after the layout that holds by then
    const again = () => { isSettled = true; watch.unobserve(mark); watch.observe(mark) }
    const watch = new IntersectionObserver((found) => {
      if (!found.at(-1).isIntersecting) { isSettled = false }
      else if (isSettled) { watch.disconnect(); told() }
      else { setTimeout(again, SETTLE_MS) }
    }, {rootMargin: NEAR, scrollMargin: NEAR})
    watch.observe(mark)
  }
  return mark
}
