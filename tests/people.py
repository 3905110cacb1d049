"""Three people in a CSV, and the contract that they keep: for tests of what commands do with either."""

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true}
      - name: age
        logicalType: integer
        logicalTypeOptions: {minimum: 0, maximum: 120}
      - {name: town, logicalType: string, enum: [{value: Ashford}, {value: Bree}]}
"""
GOOD = "id,age,town\n1,34,Bree\n2,61,Ashford\n3,45,Bree\n"
