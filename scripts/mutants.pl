#!/usr/bin/env perl
# Prints the single-line mutants of C++ sources, one for each line that has any, in a random order
# that the seed determines:
#
#   scripts/mutants.pl SEED FILE...
#
# A mutant is printed as FILE, line number, kind, and the mutated line, separated by tabs. The sources
# must be formatted by clang-format, because the patterns rely on its spacing: " < " is a comparison,
# "<" without spaces is a template. Some mutants do not compile.
#
# The mutants in scripts/equivalent_mutants.txt are left out. How many lines have such a mutant is
# printed on standard error, and each entry of that file that is no mutant of its FILE any more.
use strict;
use warnings;

# Replacements at each place in a line that matches; the lookarounds are not part of the match.
my $before_number = qr/(?<=[ ({,\[=-])/;
my $after_number = qr/(?=(?:ns|us|ms|s|min|h|[ULul]{1,2})?[ )},;\]])/;
my @replacements = (
  ['comparison', qr/ <(?= )/, sub { ' <=' }],
  ['comparison', qr/ <=(?= )/, sub { ' <' }],
  ['comparison', qr/ >(?= )/, sub { ' >=' }],
  ['comparison', qr/ >=(?= )/, sub { ' >' }],
  ['comparison', qr/ ==(?= |$)/, sub { ' !=' }],
  ['comparison', qr/ !=(?= |$)/, sub { ' ==' }],
  ['condition', qr/ &&(?= |$)/, sub { ' ||' }],
  ['condition', qr/ \|\|(?= |$)/, sub { ' &&' }],
  ['condition', qr/(?<=[ (])!(?=[a-z(*])/, sub { '' }],
  ['condition', qr/(?<![\w.:"])true(?!\w)/, sub { 'false' }],
  ['condition', qr/(?<![\w.:"])false(?!\w)/, sub { 'true' }],
  ['arithmetic', qr/ \+(?= )/, sub { ' -' }],
  ['arithmetic', qr/ -(?= )/, sub { ' +' }],
  ['arithmetic', qr/ \*(?= )/, sub { ' /' }],
  ['arithmetic', qr/ \/(?= )/, sub { ' *' }],
  ['arithmetic', qr/ \+=(?= )/, sub { ' -=' }],
  ['arithmetic', qr/ -=(?= )/, sub { ' +=' }],
  ['arithmetic', qr/\+\+(?=[a-z(*])/, sub { '--' }],
  ['arithmetic', qr/--(?=[a-z(*])/, sub { '++' }],
  ['bound', qr/(?<![\w])min(?=[<(])/, sub { 'max' }],
  ['bound', qr/(?<![\w])max(?=[<(][^)])/, sub { 'min' }],
  ['bound', qr/lower_bound/, sub { 'upper_bound' }],
  ['bound', qr/upper_bound/, sub { 'lower_bound' }],
  ['bound', qr/(?<=[a-z]_)first(?=\b)|(?<!\w)first_(?=[a-z])/, sub { $_[0] =~ s/first/last/r }],
  ['bound', qr/(?<=[a-z]_)last(?=\b)|(?<!\w)last_(?=[a-z])/, sub { $_[0] =~ s/last/first/r }],
  # A long is what a libcurl option is set to: 0L and 1L, and a larger number means the largest that
  # the option has. Large numbers moved by one cannot be noticed.
  ['bound', qr/$before_number(?!\d+L)\d+$after_number/, sub { $_[0] > 100 ? undef : $_[0] + 1 }],
  ['bound', qr/${before_number}[01](?=L[),])/, sub { 1 - $_[0] }],
);
my $cleanup = qr/\b(?:erase|clear|reset|cancel|close|remove|exchange|extract|demonitor|end|
                     leave|release|stop|wipe|drop|pop|quit|take)\w*\(/x;

# Blanks out comments, and the contents of strings and characters, without moving anything.
sub without_text {
  my ($line) = @_;
  $line =~ s{"((?:[^"\\]|\\.)*)"}{'"' . 'x' x length($1) . '"'}ge;
  $line =~ s{'((?:[^'\\]|\\.))'(?!\d)}{"'" . 'x' x length($1) . "'"}ge;
  $line =~ s{/\*(.*?)\*/}{'/*' . 'x' x length($1) . '*/'}ge;
  $line =~ s{//.*}{' ' x length($&)}e;
  return $line;
}

# "if (...) {" with its condition negated: that of "if (const auto x = f()) {" is x.
sub negated {
  my ($line) = @_;
  return undef unless $line =~ /^(\s*(?:\} else )?(?:if|while) \()(.*)\) \{$/;
  my ($head, $condition) = ($1, $2);
  return undef if ($condition =~ tr/(//) != ($condition =~ tr/)//);
  my $declared = '';
  if ($condition =~ /^(.*; )(.*)$/) {
    ($declared, $condition) = ($1, $2);
  }
  return "$head$declared$condition; !$1) {" if $condition =~ /^(?:const )?[\w:<>]+[*&]* (\w+) = /;
  return "$head$declared!($condition)) {";
}

# A line that is one statement, but neither a declaration nor "return x".
sub is_statement {
  my ($line, $previous) = @_;
  return 0 if $previous !~ /^\s*$|[;{}:]\s*$/;
  return 0 if $line =~ /= (?:default|delete|0);$|static_assert|static_cast<void>|\busing\b/;
  # How a hash mixes its bits.
  return 0 if $line =~ /\b0x[0-9a-f]{9,}/;
  # Only CAF's own log shows it.
  return 0 if $line =~ /\brestore_logger_context\(/;
  return $line =~ /^\s+(?:break|continue|return);$/ ||
         $line =~ /^\s+(?:\+\+|--)[\w.>()-]+;$/ ||
         $line =~ /^\s+[\w:*]+(?:[\w.>:*-]|\(\)|\[[^\]]*\])*(?:<[\w:<>]+>)?\(.*\);$/ ||
         $line =~ /^\s+[\w*](?:[\w.>:-]|\([^()]*\)|\[[^\]]*\])* [-+|&]?= .*;$/;
}

# "long status = 0;" before a call that fills it: the number is read by nobody. Nor can be noticed how a
# hash mixes its bits.
sub any_number_will_do {
  my ($code, $next) = @_;
  return 1 if $code =~ /[^<](?:<<|>>) \d/ || $code =~ /\b0x[0-9a-f]{9,}/;
  return $code =~ /^\s*(?:unsigned |signed )?[\w:]+ (\w+) = \d+;$/ && $next =~ /\(.*[(, &]\Q$1\E[,)]/;
}

sub mutants_of {
  my ($line, $previous, $next) = @_;
  my $code = without_text($line);
  return if $code =~ /^\s*(?:$|#|\}|namespace|template|using|friend|static_assert|enum|class|struct|case)/ &&
            $code !~ /^\s*\} else if/;
  # How much memory is reserved changes only the speed.
  return if $code =~ /\breserve\(/;
  my $any_number = any_number_will_do($code, $next);
  my @found;
  for my $each (@replacements) {
    my ($kind, $pattern, $make) = @$each;
    while ($code =~ /$pattern/g) {
      my ($at, $length) = ($-[0], $+[0] - $-[0]);
      # Texts are joined by " + "; default arguments of virtual functions are "= 0".
      next if $kind eq 'arithmetic' && $code =~ /"/;
      next if $code =~ /^\s*virtual /;
      next if $any_number && $kind =~ /^(?:bound|arithmetic)$/;
      my $new = $make->(substr($line, $at, $length));
      next unless defined $new;
      my $mutated = $line;
      substr($mutated, $at, $length) = $new;
      push @found, [$kind, $mutated];
    }
  }
  if (defined(my $mutated = negated($code))) {
    # The blanked copy decided; texts come back from the line itself.
    push @found, ['condition', negated($line)];
  }
  if (is_statement($code, $previous)) {
    my ($indentation) = $line =~ /^(\s*)/;
    push @found, [$code =~ $cleanup ? 'cleanup' : 'statement', "$indentation;"];
  } elsif ($code =~ /\{ (?!return |\[|\{)([^{}]+;) \}/) {
    my ($from, $length, $body) = ($-[1], length $1, $1);
    my $mutated = $line;
    substr($mutated, $from, $length) = '';
    push @found, [$body =~ $cleanup ? 'cleanup' : 'statement', $mutated];
  }
  return @found;
}

# The entries of equivalent_mutants.txt: by file, original line and mutated line, how often each was
# met.
sub read_equivalents {
  (my $path = $0) =~ s{[^/]*$}{equivalent_mutants.txt};
  open(my $list, '<', $path) or die "$path: $!\n";
  my (%met, $file, $original);
  while (my $line = <$list>) {
    chomp $line;
    next if $line =~ /^\s*(?:#|$)/;
    if ($line =~ /^[\w.\/]+$/) {
      $file = $line;
    } elsif ($line =~ /^- (.+)$/) {
      $original = $1;
    } elsif ($line =~ /^\+ (.+)$/) {
      $met{$file}{"$original\t$1"} = 0;
    } elsif ($line !~ /^  \S/) {
      die "$path:$.: neither a file, a line, nor a reason: $line\n";
    }
  }
  return \%met;
}

sub trimmed {
  return $_[0] =~ s/^\s+|\s+$//gr;
}

my $seed = shift @ARGV;
die "usage: mutants.pl SEED FILE...\n" unless defined $seed && $seed =~ /^\d+$/;
srand($seed);
my $equivalents = read_equivalents();
my $excluded = 0;
my @all;
for my $file (sort @ARGV) {
  open(my $source, '<', $file) or die "$file: $!\n";
  my ($number, $previous) = (0, '');
  chomp(my @lines = <$source>);
  for my $line (@lines) {
    ++$number;
    my @made = mutants_of($line, $previous, $lines[$number] // '');
    my @found = grep {
      my $change = trimmed($line) . "\t" . trimmed($_->[1]);
      !exists $equivalents->{$file}{$change} || !++$equivalents->{$file}{$change};
    } @made;
    ++$excluded if @found < @made;
    if (@found) {
      my $chosen = $found[int(rand(@found))];
      push @all, [rand(), join("\t", $file, $number, @$chosen)];
    }
    my $code = without_text($line);
    $previous = $code if $code =~ /\S/;
  }
}
for my $file (sort @ARGV) {
  for my $change (grep { !$equivalents->{$file}{$_} } sort keys %{$equivalents->{$file}}) {
    print STDERR "$file: no mutant any more, but in equivalent_mutants.txt: $change\n";
  }
}
print STDERR "$excluded lines have mutants without effect, which are left out\n" if $excluded;
print "$_->[1]\n" for sort { $a->[0] <=> $b->[0] } @all;
