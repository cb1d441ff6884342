"""The people of the demonstration: invented, one for each role."""

from dataclasses import dataclass

from shared.people import Role

ONE_STOP = "H36.202"
"""The commune of Đinh Văn Lâm Hà, which decides (a marked placeholder, see `services/intake/data/offices.yaml`)."""
COUNTER = "H36.202.02"
"""Its counter at the post office of Lâm Hà."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to log in as. `id` is what events and records carry; `about` says what to try."""

    id: str
    name: str
    roles: tuple[Role, ...]
    office: str
    about: str


PEOPLE = (
    DemoPerson("demo-counter", "Nguyễn Thị Hồng", ("counter-clerk",), COUNTER, "nhận hồ sơ tại bưu điện"),
    DemoPerson("demo-one-stop", "Trần Văn Lộc", ("one-stop-officer",), ONE_STOP, "bộ phận một cửa: nhận, trả"),
    DemoPerson("demo-carrier", "K'Brèo", ("carrier",), COUNTER, "bưu tá: thu gom, phát tại nhà"),
    DemoPerson("demo-specialist", "Phạm Minh Châu", ("specialist",), ONE_STOP, "chuyên viên: thẩm định"),
    DemoPerson("demo-leader", "Lê Quang Vinh", ("leader",), ONE_STOP, "lãnh đạo: ký"),
    DemoPerson("demo-registry", "Đỗ Thị Mai", ("registry-clerk",), ONE_STOP, "văn thư: vào số, đóng dấu"),
    DemoPerson("demo-operator", "Hoàng Anh Tuấn", ("operator",), ONE_STOP, "vận hành: tin gác lại, nhật ký"),
    DemoPerson("demo-integrator", "Vũ Đức Hải", ("integrator",), ONE_STOP, "kết nối hệ thống khác"),
    DemoPerson("demo-editor", "Bùi Thu Hà", ("catalogue-editor",), ONE_STOP, "ban hành thủ tục và cơ quan"),
    DemoPerson("demo-citizen", "Ka Thơm", ("citizen",), "", "người dân: nộp và theo dõi"),
    DemoPerson("demo-citizen-2", "Nguyễn Văn Bình", ("citizen",), "", "người dân khác: không thấy hồ sơ của người kia"),
)

BY_ID = {person.id: person for person in PEOPLE}
