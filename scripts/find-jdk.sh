# Finds a JDK that is new enough, without starting one. Sourced by ./saola and ./check.

readonly NEEDED_JAVA=25

# Sets `major` to the Java version of the JDK in a folder, from its `release` file. Starts nothing.
java_version() {
    local line
    major=0
    [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]]; then
            major=${BASH_REMATCH[1]}
            return 0
        fi
    done <"$1/release"
    return 1
}

is_new_enough() { java_version "$1" && ((major >= NEEDED_JAVA)); }

# Sets `jdk`, or fails and sets `problem`. What the user named comes first; among folders that nobody named, the lowest version
# that will do, because it is the one that the project is tested with.
find_jdk() {
    local folder best=0
    if [[ -n ${SAOLA_JAVA_HOME:-} ]]; then
        jdk=$SAOLA_JAVA_HOME
        problem="SAOLA_JAVA_HOME=$jdk is not a JDK $NEEDED_JAVA or newer"
        is_new_enough "$jdk"
        return
    fi
    if [[ -n ${JAVA_HOME:-} ]] && is_new_enough "$JAVA_HOME"; then
        jdk=$JAVA_HOME
        return
    fi
    if folder=$(command -v java) && folder=$(readlink -f -- "$folder") && is_new_enough "${folder%/bin/java}"; then
        jdk=${folder%/bin/java}
        return
    fi
    jdk=
    for folder in /usr/lib/jvm/* /usr/java/* /usr/local/lib/jvm/* /opt/* /opt/*/* \
        "${HOME:-/nowhere}"/{.sdkman/candidates/java,.jdks,.asdf/installs/java,.local/share/mise/installs/java}/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if is_new_enough "$folder" && ((best == 0 || major < best)); then
            jdk=$folder best=$major
        fi
    done
    problem="no JDK $NEEDED_JAVA or newer found: install Temurin $NEEDED_JAVA (https://adoptium.net)"
    problem+=" or set SAOLA_JAVA_HOME to a JDK's folder"
    [[ -n $jdk ]]
}
