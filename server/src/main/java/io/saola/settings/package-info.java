/// What an operator can change: declaration, sources, checks, documentation.
///
/// Each setting is declared once, in the record that uses it; flags, variables, keys of files, help
/// and `docs/settings.md` are derived. [io.saola.settings.Settings#read] is the way in.
@NullMarked
package io.saola.settings;

import org.jspecify.annotations.NullMarked;
