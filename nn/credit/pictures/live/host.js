// In Jupyter: a frame for the page, and its numbers in the model that Python reads.
export default { render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.srcdoc = model.get("page");
  frame.sandbox = "allow-scripts";
  frame.title = "Credit assignment, live";
  frame.style = "width:100%;height:1000px;border:0";
  const send = () => frame.contentWindow && frame.contentWindow.postMessage({ values: model.get("values") }, "*");
  const take = event => {
    if (event.source !== frame.contentWindow) return;
    if (event.data.ready) send();
    if (event.data.values) {
      model.set("values", event.data.values);
      model.save_changes();
    }
  };
  addEventListener("message", take);
  model.on("change:values", send);
  el.append(frame);
  return () => {
    removeEventListener("message", take);
    model.off("change:values", send);
  };
} };
