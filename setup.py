"""Only what setup.cfg cannot say: a part in C, without which a machine that has no compiler does as well, only slower."""

from pathlib import Path

from setuptools import Extension, setup

C = Path("clmstate/kernel/c")

setup(
    ext_modules=[
        Extension(
            "clmstate.kernel._gate",
            sorted(str(path) for path in C.glob("*.c")),
            depends=[str(C / "gate.h")],
            optional=True,
        )
    ]
)
