using CsCheck;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86_400)]
    [InlineData("2w", 1_209_600)]
    [InlineData("0", 0)]
    public void A_duration_is_a_number_with_a_unit(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ValueText.Duration(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5 m")]
    [InlineData("5M")]
    [InlineData("1.5h")]
    [InlineData("-1d")]
    [InlineData("1d12h")]
    [InlineData("5m\n")]
    [InlineData("99999999999999999999d")]
    [InlineData("9999999999999d")]
    public void Anything_else_is_no_duration(string text) => Assert.Null(ValueText.Duration(text));

    [Fact]
    public void A_duration_is_written_as_it_is_read() =>
        Gen.Long[0, 1_000_000_000].Sample(milliseconds =>
            ValueText.Duration(ValueText.Of(TimeSpan.FromMilliseconds(milliseconds))) == TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.2", 0.2)]
    [InlineData("-1e-3", -0.001)]
    public void A_percentage_is_a_share(string text, double value) => Assert.Equal(value, ValueText.Number(text)!.Value, 15);

    [Theory]
    [InlineData("512KiB", 524_288L)]
    [InlineData("64MiB", 67_108_864L)]
    [InlineData("1GiB", 1_073_741_824L)]
    [InlineData("100", 100L)]
    [InlineData("9999999999999GiB", null)]
    [InlineData("64MB", null)]
    public void A_size_counts_in_powers_of_1024(string text, long? bytes) => Assert.Equal(bytes, ValueText.Bytes(text));

    [Theory]
    [InlineData("treshold", "threshold")]
    [InlineData("labeldelay", "label_delay")]
    [InlineData("Task", "task")]
    public void A_slip_of_the_pen_is_guessed(string word, string meant) =>
        Assert.Equal($"; did you mean '{meant}'?", Suggestion.For(word, Shapes.Model.Keys.Keys));

    [Fact]
    public void A_word_unlike_any_other_is_not_guessed() => Assert.Equal("", Suggestion.For("temperature", Shapes.Model.Keys.Keys));
}
