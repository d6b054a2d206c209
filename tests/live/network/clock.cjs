// A clock that the test can set: days of posting pass in a minute. Timers go on as ever.
const Real = Date
let offset = 0

class Shifted extends Real {
  constructor(...args) {
    if (args.length) super(...args)
    else super(Real.now() + offset)
  }

  static now() {
    return Real.now() + offset
  }
}

globalThis.Date = Shifted
globalThis.setClock = (milliseconds) => {
  offset = milliseconds - Real.now()
}
