"""The pictures of one page: numbered, described, and kept within a size."""

from dataclasses import dataclass

from markupsafe import Markup

from audit.core.exhibit import Exhibit, Kind
from audit.render.charts import chart
from audit.render.describe import describe
from audit.render.svg import svg
from audit.render.wording import line

#: Characters that all pictures of a page may take together, so that the page stays under 2 MB.
ROOM = 1_300_000


@dataclass(frozen=True)
class Picture:
    """The picture of an exhibit, or why there is none.

    Parameters
    ----------
    svg : Markup or None
        The picture; ``None`` where the table stands for it.
    lacking : str
        Why an exhibit that has a picture is shown without; empty otherwise.
    """

    svg: Markup | None = None
    lacking: str = ""


class Pictures:
    """Draws exhibits one after the other, as long as there is room and the drawing libraries are installed."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.drawn = 0
        self.installed = True

    def picture(self, exhibit: Exhibit) -> Picture:
        """Return the picture of an exhibit."""
        if exhibit.kind is Kind.TABLE or not exhibit.rows or not self.installed:
            return Picture()
        try:
            drawing = chart(exhibit)
            text = svg(drawing, title=line(exhibit.title), description=describe(exhibit), name=f"picture-{self.drawn + 1}")
        except ImportError:
            self.installed = False
            return Picture()
        except ValueError as error:
            return Picture(lacking=f"This picture could not be drawn ({line(error)}); the table has the same numbers.")
        if len(text) > self.room:
            return Picture(lacking="This picture was left out to keep the page small; the table has the same numbers.")
        self.drawn += 1
        self.room -= len(text)
        # The text comes from our own drawing, in which every text of the run was escaped.
        return Picture(Markup(text))
