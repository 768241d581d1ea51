console.log("drawing");
