const NEAR = "400px 0px 100px 0px"  // a card is at most 400 px high: what shows its end has its top in here

export function render({model}) {
  const mark = document.createElement("div")
  if (model.seen) { return mark }
  const told = () => { model.seen = true }
  if (!("scrollMargin" in IntersectionObserver.prototype)) { told() } else {
    const watch = new IntersectionObserver((found) => {
      if (found.some((each) => each.isIntersecting)) { watch.disconnect(); told() }
    }, {rootMargin: NEAR, scrollMargin: NEAR})
    watch.observe(mark)
  }
  return mark
}
