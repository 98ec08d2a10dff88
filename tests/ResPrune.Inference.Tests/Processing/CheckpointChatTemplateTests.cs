using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

public sealed class CheckpointChatTemplateTests : IDisposable
{
    private const string Llava = "USER: <image>\n{question} ASSISTANT:";
    private const string Mistral = "[INST] <image>\n{question} [/INST]";
    private const string ChatMl =
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>{question}<|im_end|>\n<|im_start|>assistant\n";

    // The shape of the published templates of the three families.
    private const string LlavaTemplate =
        "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}{# Images first #}"
        + "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}"
        + "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' ' }}{% endfor %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

    private const string MistralTemplate =
        "{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' }}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
        + "{{ '<image>\\n' }}{% endfor %}{{ message['content'][0]['text'] }}{{ ' [/INST]' }}{% endif %}{% endfor %}";

    private const string ChatMlTemplate =
        "{%- for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
        + "<|im_start|>{{ message['role'] }}\n{% for content in message['content'] %}{% if content['type'] == 'image' %}{% set image_count.value = image_count.value + 1 %}"
        + "{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in content %}"
        + "{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-template").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(LlavaTemplate, Llava)]
    [InlineData(MistralTemplate, Mistral)]
    [InlineData(ChatMlTemplate, ChatMl)]
    public void A_familys_own_template_shows_no_difference(string template, string prompt)
    {
        WriteJinja(template);
        Assert.Null(CheckpointChatTemplate.Differs(_directory, prompt));
    }

    [Theory]
    [InlineData(MistralTemplate, Llava, "ASSISTANT:")]
    [InlineData(LlavaTemplate, Mistral, "[INST]")]
    [InlineData(LlavaTemplate, ChatMl, "<|im_start|>")]
    [InlineData(ChatMlTemplate, Llava, "<image>")]
    [InlineData("{% if message['role'] == 'x' %}{% endif %}{# ASSISTANT: #}{{ '<image>' + x['ASSISTANT:'] }}", Llava, "ASSISTANT:")]
    [InlineData("ASSISTANT: <image>", Llava, "ASSISTANT:")]
    [InlineData("{{ '<image>", Llava, "ASSISTANT:")]
    [InlineData("", Llava, "<image>")]
    [InlineData(LlavaTemplate, "A chat. USER: <image>\n{question} ASSISTANT:", "A")]
    public void Another_template_is_reported_by_file_and_marker(string template, string prompt, string marker)
    {
        WriteJinja(template);
        var notice = CheckpointChatTemplate.Differs(_directory, prompt);
        Assert.StartsWith($"{Path.Combine(_directory, "chat_template.jinja")}: the chat template has no '{marker}'", notice, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_prompt_that_only_one_of_the_two_has_is_a_difference()
    {
        WriteJinja(ChatMlTemplate.Replace("helpful", "surly", StringComparison.Ordinal));
        Assert.Contains("'helpful'", CheckpointChatTemplate.Differs(_directory, ChatMl), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_template_has_no_difference() => Assert.Null(CheckpointChatTemplate.Differs(_directory, Llava));

    [Fact]
    public void The_plain_file_goes_before_the_processors_and_that_before_the_tokenizers()
    {
        WriteJson("tokenizer_config.json", new { chat_template = "c" });
        Assert.Equal("c", CheckpointChatTemplate.Read(_directory)?.Text);
        WriteJson("chat_template.json", new { chat_template = "b" });
        Assert.Equal("b", CheckpointChatTemplate.Read(_directory)?.Text);
        WriteJinja("a");
        Assert.Equal("a", CheckpointChatTemplate.Read(_directory)?.Text);
    }

    [Fact]
    public void Of_several_named_templates_the_default_is_taken()
    {
        WriteJson("tokenizer_config.json", new { chat_template = new[] { new { name = "tool_use", template = "t" }, new { name = "default", template = "d" } } });
        Assert.Equal("d", CheckpointChatTemplate.Read(_directory)?.Text);
    }

    [Fact]
    public void A_tokenizer_config_without_a_template_is_none()
    {
        WriteJson("tokenizer_config.json", new { bos_token = "<s>" });
        Assert.Null(CheckpointChatTemplate.Read(_directory));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_notice_and_no_failure()
    {
        File.WriteAllText(Path.Combine(_directory, "tokenizer_config.json"), "{");
        Assert.Throws<ModelLoadException>(() => CheckpointChatTemplate.Read(_directory));
        Assert.Contains("tokenizer_config.json: not valid JSON", CheckpointChatTemplate.Differs(_directory, Llava), StringComparison.Ordinal);
    }

    private void WriteJinja(string template) => File.WriteAllText(Path.Combine(_directory, "chat_template.jinja"), template);

    private void WriteJson(string name, object value) => File.WriteAllText(Path.Combine(_directory, name), JsonSerializer.Serialize(value));
}
