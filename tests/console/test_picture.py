"""A picture and the place that it keeps."""

from __future__ import annotations

from showcase.console.views.picture import Picture


def test_a_picture_that_is_waited_for_never_tells_the_page_that_its_place_is_gone() -> None:
    picture, told = Picture("Forecast", "forecast"), []
    picture.pane.param.watch(lambda event: told.append(event.new), "visible")
    picture.clear(keeps_place=True)
    assert told == []
    assert picture.pane.visible
    picture.clear()
    assert told == [False]
