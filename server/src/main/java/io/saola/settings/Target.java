package io.saola.settings;

/// An app target. A module alone means its attribute `application`, as in Gunicorn; an attribute
/// with parentheses is a factory, whose arguments are read where Python is.
record Target() implements Form<String> {
  @Override
  public String read(String text) throws BadValue {
    if (text.isEmpty()) {
      return text;
    }
    int colon = text.indexOf(':');
    String module = colon < 0 ? text : text.substring(0, colon);
    String attribute = colon < 0 ? "application" : text.substring(colon + 1);
    int call = attribute.endsWith(")") ? attribute.indexOf('(') : -1;
    if (isDotted(module) && isDotted(call < 0 ? attribute : attribute.substring(0, call))) {
      return module + ":" + attribute;
    }
    String hint = "";
    if (module.endsWith(".py") || module.indexOf('/') >= 0) {
      String path = module.endsWith(".py") ? module.substring(0, module.length() - 3) : module;
      String name = path.startsWith("./") ? path.substring(2) : path;
      String guess = name.replace('/', '.') + ":" + (colon < 0 ? "app" : attribute);
      hint = isDotted(guess.replace(':', '.')) ? "; did you mean " + guess + "?" : "";
    }
    throw BadValue.because(
        "must be MODULE:ATTRIBUTE such as mysite.wsgi:application, not " + Quoted.of(text) + hint);
  }

  /// Python names joined by dots; Python itself knows which letters those may have.
  private static boolean isDotted(String text) {
    boolean start = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' ? start : !isNamePart(c, start)) {
        return false;
      }
      start = c == '.';
    }
    return !start && !text.endsWith(".py");
  }

  private static boolean isNamePart(char c, boolean start) {
    return c == '_' || Character.isLetter(c) || c > 0x7f || (!start && Character.isDigit(c));
  }
}
