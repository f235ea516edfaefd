// Saves interactions as files. They are made here: nothing is sent.
"use strict";
const saveRecords = (() => {
  const COLUMNS = [
    "document", "year", "section", "head", "head_type", "head_id", "head_name", "head_start", "head_end",
    "tail", "tail_type", "tail_id", "tail_name", "tail_start", "tail_end",
    "label", "score", "sentence", "sentence_start", "flags", "file",
  ];

  // RFC 4180. The mark at the start lets spreadsheets read the letters of all alphabets.
  function csv(records) {
    const cell = (value) => {
      const written = Array.isArray(value) ? value.join(" ") : String(value ?? "");
      // A spreadsheet computes what begins with one of these, wherever it comes from.
      const text = /^[=+\-@\t\r]/.test(written) ? `'${written}` : written;
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const rows = records.map((record) => COLUMNS.map((name) => cell(record[name])));
    return `\ufeff${[COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("")}`;
  }

  const KINDS = {
    csv: { type: "text/csv", write: csv },
    json: { type: "application/json", write: (records) => `${JSON.stringify(records, null, 1)}\n` },
  };

  return (records, kind) => {
    const { type, write } = KINDS[kind];
    const address = URL.createObjectURL(new Blob([write(records)], { type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `interactions.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
})();
