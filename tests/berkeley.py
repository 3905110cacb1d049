"""Applicants and admissions at Berkeley in the autumn of 1973, six largest departments A to F.

Source: Bickel, Hammel and O'Connell (1975), Science 187, 398-404; counts as in Freedman, Pisani and Purves, Statistics, and R's ``UCBAdmissions``.
"""

import pandas as pd

DEPARTMENTS = "ABCDEF"
ADMITTED = {"Male": [512, 353, 120, 138, 53, 22], "Female": [89, 17, 202, 131, 94, 24]}
APPLIED = {"Male": [825, 560, 325, 417, 191, 373], "Female": [108, 25, 593, 375, 393, 341]}


def admissions() -> pd.DataFrame:
    """Return one row for each applicant."""
    rows = []
    for sex in APPLIED:
        for department, admitted, applied in zip(DEPARTMENTS, ADMITTED[sex], APPLIED[sex], strict=True):
            rows += [(department, sex, "Admitted")] * admitted + [(department, sex, "Rejected")] * (applied - admitted)
    return pd.DataFrame(rows, columns=["department", "sex", "admission"])
